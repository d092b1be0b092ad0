// Writes to SQLite files as another program does: Python's, which every machine that runs these tests has.

import { Program } from './programs.mjs';

const writer = `
import json, sqlite3, sys
for line in sys.stdin:
    work = json.loads(line)
    database = sqlite3.connect(work["file"])
    try:
        database.executescript(work["sql"])
        database.commit()
        print("done", flush=True)
    except sqlite3.Error as error:
        print("failed: %s" % error, flush=True)
    finally:
        database.close()
`;

export class SqliteWriter {
    #program = new Program('python3', ['-c', writer], { stdin: 'pipe' });
    #read = 0;

    /** Resolves when it is committed; a connection of its own, as every program has. */
    async execute(file, sql) {
        this.#program.stdin.write(`${JSON.stringify({ file, sql })}\n`);
        const [line, answer] = await this.#program.printed(/^(.*)\n/, { from: this.#read });
        this.#read += line.length;
        if (answer !== 'done') {
            throw new Error(`${sql}: ${answer}`);
        }
    }

    stop() {
        return this.#program.stop();
    }
}
