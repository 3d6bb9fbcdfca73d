// What the two clients have in common: they print one JSON object a line, take
// commands in the same form, and end with their standard input.
import { createInterface } from 'node:readline';

export const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** Runs the function named by each command, in turn, with the command's value. */
export async function obey(commands) {
  for await (const line of createInterface({ input: process.stdin })) {
    for (const [name, value] of Object.entries(JSON.parse(line))) {
      try {
        await commands[name](value);
      } catch (error) {
        print({ event: 'failed', text: `${name}: ${error.message}` });
      }
    }
  }
  process.exit(0);
}
