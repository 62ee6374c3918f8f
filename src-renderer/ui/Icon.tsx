import styles from './Icon.module.css';

const PATHS = {
  back: 'M10 3 5 8l5 5',
  check: 'm3.5 8.5 3 3 6-7',
  choose: 'm4.5 6.5 3.5 3.5 3.5-3.5',
  close: 'm4 4 8 8m0-8-8 8',
  copy: 'M6.5 5.5h7v8h-7zM3.5 10.5h-1v-8h7v1',
  file: 'M4 2.5h5L12 6v7.5H4zM9 2.5V6h3',
  plus: 'M8 3v10M3 8h10',
  refresh: 'M13 8a5 5 0 1 1-1.6-3.7M13 2.5v2.6h-2.6',
} as const;

export type IconName = keyof typeof PATHS;

/** A mark of 16 px beside words that say the same. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg
      className={styles.icon}
      width="16"
      height="16"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
