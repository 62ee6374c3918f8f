import type { Notice } from '../../../src-shared/ipc/app-state.ts';
import { asSentence } from '../../../src-shared/model/format.ts';
import { useActions } from '../../store/window-context.ts';
import { Banner } from '../../ui/Banner.tsx';

const TITLES: Record<Notice['about'], string> = {
  connect: 'Could not connect',
  disconnect: 'Could not disconnect',
  copy: 'Could not copy the address',
  helper: 'The helper was not installed',
  settings: 'The setting was not kept',
};

export function NoticeBanner({ notice }: { readonly notice: Notice }) {
  const { dismiss } = useActions();
  return (
    <Banner title={TITLES[notice.about]} onDismiss={dismiss}>
      <p>{asSentence(notice.error.message)}</p>
    </Banner>
  );
}
