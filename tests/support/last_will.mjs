// Programs that must not outlive the one that started them, however that one ends.

import { spawn } from 'node:child_process';

/**
 * Ends process `pid` when this one has ended, also by SIGKILL: a shell waits for the end of a pipe that only this
 * process holds open. Gives what calls that off, for when the process has been ended.
 */
export function endWithUs(pid) {
    const heir = spawn('sh', ['-c', 'cat > /dev/null; kill "$1" 2> /dev/null', 'sh', String(pid)], {
        stdio: ['pipe', 'ignore', 'ignore'], detached: true,
    });
    heir.unref();
    heir.stdin.unref?.();
    return () => process.kill(-heir.pid, 'SIGKILL');
}
