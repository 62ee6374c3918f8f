import { useEffect, useEffectEvent, useState } from 'react';

const bringsFile = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files') === true;

/** Takes a file dropped anywhere on the window; gives whether one is held over it. */
export function useFileDrop(take: (file: File) => void): boolean {
  const [over, setOver] = useState(false);
  const dropped = useEffectEvent(take);

  useEffect(() => {
    const stop = new AbortController();
    const listen = (name: 'dragover' | 'dragleave' | 'drop', on: (event: DragEvent) => void) =>
      window.addEventListener(name, on, { signal: stop.signal });
    listen('dragover', (event) => {
      if (bringsFile(event)) {
        event.preventDefault();
        setOver(true);
      }
    });
    // Without a related target the window itself is left, not one element for another.
    listen('dragleave', (event) => {
      if (event.relatedTarget === null) {
        setOver(false);
      }
    });
    listen('drop', (event) => {
      setOver(false);
      const file = event.dataTransfer?.files[0];
      if (bringsFile(event) && file !== undefined) {
        event.preventDefault();
        dropped(file);
      }
    });
    return () => stop.abort();
  }, []);

  return over;
}
