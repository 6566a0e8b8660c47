import { create } from 'zustand';

const useAnnounced = create<{ readonly text: string; readonly turn: number }>(() => ({ text: '', turn: 0 }));

/** Says it to those who do not see it. */
export function announce(text: string): void {
  useAnnounced.setState(({ turn }) => ({ text, turn: turn + 1 }));
}

/** Where it is said. The same words twice are said twice: each time the element is another one. */
export function Announcer() {
  const { text, turn } = useAnnounced();
  return (
    <div role="status" aria-live="polite" className="sr-only">
      <span key={turn}>{text}</span>
    </div>
  );
}
