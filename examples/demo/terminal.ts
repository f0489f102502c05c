/**
 * What goes to the terminal: lines, colours where somebody sees them, and one moving line while something is awaited.
 * Into a file or a pipe go plain lines only.
 */
import { styleText } from 'node:util';

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 80;
const CLEAR_LINE = '\r\u001b[2K';

export class Terminal {
  private readonly isColourful: boolean;
  private clearSpinner: () => void = () => {};

  constructor(private readonly stream: NodeJS.WriteStream = process.stdout) {
    // hasColors() knows NO_COLOR; by its convention any value that is not empty counts.
    this.isColourful = stream.isTTY && !process.env['NO_COLOR'] && stream.hasColors();
  }

  style(style: Style, text: string): string {
    return this.isColourful ? styleText(style, text) : text;
  }

  print(line = ''): void {
    this.clearSpinner();
    this.stream.write(`${line}\n`);
  }

  /** Shows that something is being done, and what came of it. */
  async step<T>(doing: string, work: Promise<T>, told: (result: T) => string): Promise<T> {
    const startedMs = performance.now();
    this.spin(doing);
    try {
      const result = await work;
      const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
      this.print(`${this.style('green', '✔')} ${told(result)} ${this.style('dim', `(${seconds} s)`)}`);
      return result;
    } finally {
      this.clearSpinner();
    }
  }

  private spin(text: string): void {
    if (!this.stream.isTTY) return;
    let frame = 0;
    const draw = (): void => {
      const sign = FRAMES[frame++ % FRAMES.length] ?? '';
      this.stream.write(`${CLEAR_LINE}${this.style('cyan', sign)} ${text} …`);
    };
    draw();
    const timer = setInterval(draw, FRAME_MS);
    this.clearSpinner = () => {
      clearInterval(timer);
      this.stream.write(CLEAR_LINE);
      this.clearSpinner = () => {};
    };
  }
}
