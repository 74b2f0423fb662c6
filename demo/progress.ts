import yoctoSpinner from "yocto-spinner";

/** Shows progress on standard error: a spinner on a terminal, plain lines elsewhere, each step with its time. */
export interface Progress {
  /** Runs a step. `detail` replaces the words after its title while it runs; what it resolves to may add a summary. */
  step<T>(
    title: string,
    run: (detail: (text: string) => void) => Promise<T>,
    summary?: (result: T) => string,
  ): Promise<T>;
  /** A separate line. */
  note(text: string): void;
}

/** Progress on standard error. The spinner does not handle signals: the caller of the steps cleans up. */
export function terminalProgress(): Progress {
  return {
    async step(title, run, summary) {
      const started = Date.now();
      const spinner = process.stderr.isTTY
        ? yoctoSpinner({ text: title, handleSignals: false }).start()
        : undefined;
      const seconds = (): string => `${((Date.now() - started) / 1000).toFixed(1)} s`;
      let detail = "";
      const draw = (): void => {
        if (spinner) spinner.text = `${title}${detail ? ` · ${detail}` : ""} · ${seconds()}`;
      };
      const timer = setInterval(draw, 200);
      try {
        const result = await run((text) => {
          detail = text;
          draw();
        });
        const line = `${title}${summary ? ` · ${summary(result)}` : ""} (${seconds()})`;
        if (spinner) spinner.success(line);
        else process.stderr.write(`✔ ${line}\n`);
        return result;
      } catch (error) {
        if (spinner) spinner.error(`${title} (${seconds()})`);
        else process.stderr.write(`✖ ${title} (${seconds()})\n`);
        throw error;
      } finally {
        clearInterval(timer);
      }
    },
    note: (text) => process.stderr.write(`${text}\n`),
  };
}
