import { AddProfile } from '../features/first-run/AddProfile.tsx';
import { InstallStep } from '../features/first-run/InstallStep.tsx';
import { Home } from '../features/home/Home.tsx';
import { Looking } from '../features/home/Looking.tsx';
import { Unreadable } from '../features/home/Unreadable.tsx';
import { NoTray } from '../features/notice/NoTray.tsx';
import { NoticeBanner } from '../features/notice/NoticeBanner.tsx';
import { screenOf } from '../store/screen.ts';
import { useWindow } from '../store/window-context.ts';

export function App() {
  const notice = useWindow(({ app }) => app?.notice ?? null);
  const noTray = useWindow(({ app }) => app?.tray === 'absent');
  return (
    <>
      {noTray && <NoTray />}
      {notice !== null && <NoticeBanner notice={notice} />}
      <Page />
    </>
  );
}

function Page() {
  const shown = screenOf(useWindow((state) => state));
  switch (shown.screen) {
    case 'looking':
      return <Looking />;
    case 'install-helper':
      return <InstallStep helper={shown.app.helper} />;
    case 'add-profile':
      return (
        <AddProfile
          key={shown.replacing}
          app={shown.app}
          replacing={shown.replacing}
          leavable={shown.leavable}
        />
      );
    case 'unreadable':
      return <Unreadable app={shown.app} />;
    case 'home':
      return <Home app={shown.app} profile={shown.profile} />;
  }
}
