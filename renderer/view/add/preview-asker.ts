import type { Answer, CommandAnswer, CommandInput } from '../../../main/contract/commands.ts';
import type { ShownError } from '../../store/notices.ts';
import type { GivenLink } from './reading/given-link.ts';

type Previews = CommandAnswer<'tasks.preview'>;

/** How far the preview is. While one thinks, the lines are still those of what was asked before. */
export interface PreviewState {
  /** `sizing`: the names are there, the servers have not answered yet. */
  readonly phase: 'empty' | 'thinking' | 'sizing' | 'ready' | 'failed';
  readonly links: readonly GivenLink[];
  readonly items: Previews['items'];
  readonly error: ShownError | null;
}

export const NO_PREVIEW: PreviewState = { phase: 'empty', links: [], items: [], error: null };

/** Somebody who types is not asked about at every letter. */
const PAUSE_MS = 150;

export interface Asking {
  readonly ask: (input: CommandInput<'tasks.preview'>) => Promise<Answer<Previews>>;
  /** Runs it later; gives what calls that off. */
  readonly after: (ms: number, run: () => void) => () => void;
  readonly show: (state: PreviewState) => void;
}

/** Asks what links would add: names first, then sizes. An answer to an older question is dropped. */
export class PreviewAsker {
  readonly #asking: Asking;
  #state: PreviewState = NO_PREVIEW;
  #wanted = '';
  #callOff: () => void = () => {};

  constructor(asking: Asking) {
    this.#asking = asking;
  }

  want(links: readonly GivenLink[]): void {
    const text = inputFile(links);
    if (text === this.#wanted) return;
    this.#wanted = text;
    this.#callOff();
    if (text === '') {
      this.#show(NO_PREVIEW);
      return;
    }
    this.#show({ ...this.#state, phase: 'thinking', error: null });
    this.#callOff = this.#asking.after(PAUSE_MS, () => void this.#ask(links, text));
  }

  /** The same once more, of these links. */
  again(links: readonly GivenLink[]): void {
    this.#wanted = '';
    this.want(links);
  }

  stop(): void {
    this.#callOff();
    this.#wanted = '';
  }

  async #ask(links: readonly GivenLink[], text: string): Promise<void> {
    const names = await this.#asking.ask({ text, sizes: false });
    if (this.#wanted !== text) return;
    if (!names.ok) return this.#show({ phase: 'failed', links: [], items: [], error: names.error });
    this.#show({ phase: 'sizing', links, items: names.value.items, error: null });
    const sizes = await this.#asking.ask({ text, sizes: true });
    if (this.#wanted !== text) return;
    const { items } = sizes.ok ? sizes.value : names.value;
    this.#show({ phase: 'ready', links, items, error: null });
  }

  #show(state: PreviewState): void {
    this.#state = state;
    this.#asking.show(state);
  }
}

/** Links as the engine reads them: one a line, in the form of aria2's input files. */
function inputFile(links: readonly GivenLink[]): string {
  return links.map(({ url, name, dir }) => `${url}\n${lineOf('out', name)}${lineOf('dir', dir)}`).join('');
}

function lineOf(option: string, value: string | undefined): string {
  return value === undefined ? '' : ` ${option}=${value.replace(/[\r\n]+/g, ' ')}\n`;
}
