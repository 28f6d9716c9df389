// The command `loopscope`: finds the command, prints help, and turns what went wrong into an exit code.
import { engineVersion, LoopscopeError } from '../index.js';
import { parse, UsageError } from './args.js';
import { commands, say, type Command } from './commands.js';
import { emit } from './output.js';

/** Codes that say that the command line, not the model, is to be mended; `load` and `simulate` give none of them for a model's own errors. */
const usageCodes = new Set(['unknown_override', 'not_overridable', 'unknown_variable', 'bad_option']);

function help(): string {
  const width = Math.max(...Object.values(commands).map(({ usage }) => usage.length));
  const lines = Object.values(commands).map(({ usage, summary }) => `  ${usage.padEnd(width)}  ${summary}`);
  return `loopscope: runs system dynamics models and shows the feedback loops that drive them

${lines.join('\n')}

  loopscope COMMAND --help says more; --version prints the version.
  Exit codes: 0 done, 1 the model has errors, 2 the command line does.
`;
}

const helpOf = ({ usage, summary, help }: Command): string => `loopscope ${usage}\n${summary}\n\n${help}\n`;

/** Gives the exit code; never throws. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const [name, ...rest] = args;
    if (name === undefined) throw new UsageError('which command?');
    if (name === '--help' || name === '-h' || name === 'help') {
      await emit([help()], undefined);
      return 0;
    }
    if (name === '--version') {
      await emit([`loopscope ${await engineVersion()}\n`], undefined);
      return 0;
    }
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (!command) throw new UsageError(`there is no command "${name}"`);
    const parsed = parse(rest, command.options);
    if (parsed.values['help'] === true) {
      await emit([helpOf(command)], undefined);
      return 0;
    }
    return await command.run(parsed);
  } catch (error) {
    return report(error);
  }
}

function report(error: unknown): number {
  if (error instanceof UsageError) {
    say(`loopscope: ${error.message}\nloopscope --help shows how it is used`);
    return 2;
  }
  if (error instanceof LoopscopeError) {
    say(error.rendered === '' ? `loopscope: error[${error.code}]: ${error.message}` : error.rendered);
    return usageCodes.has(error.code) ? 2 : 1;
  }
  say(`loopscope: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return 1;
}
