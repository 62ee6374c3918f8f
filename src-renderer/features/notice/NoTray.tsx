import styles from './NoTray.module.css';

/** Stands above everything, since a person who looks for the icon is told here why there is none. */
export function NoTray() {
  return (
    <p className={styles.bar} role="status">
      This desktop shows no tray icons, so this window is all there is. The tunnel goes on when it
      is closed.
    </p>
  );
}
