import { Steps } from '../../ui/Steps.tsx';

const STEPS = ['helper', 'profile', 'connect'] as const;
const WORDS = ['Helper', 'Profile', 'Connect'];

/** The way from nothing to connected. */
export function FirstRunSteps({ current }: { readonly current: (typeof STEPS)[number] }) {
  return <Steps label="Setting up Mooring" steps={WORDS} current={STEPS.indexOf(current)} />;
}
