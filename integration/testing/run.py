"""Runs a command with a time limit, its output in a log, and nothing left behind."""
import os
import signal
import subprocess
import threading


def _end(number, _frame):
    raise SystemExit(128 + number)


# A runner that is told to stop must first end its children, which have sessions of their own.
if threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGTERM, _end)


def logged(command, log, seconds, cwd=None, environment=None):
    """Runs `command` with no input and all output in `log`; returns its exit code.

    After `seconds` the whole process group is killed and the code is 124, as `timeout` has it.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, 'wb') as output:
        process = subprocess.Popen(
            [str(word) for word in command], cwd=cwd, stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT, start_new_session=True,
            env={**os.environ, **(environment or {})})
        try:
            return process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            output.write(f'\nstopped after {seconds} seconds\n'.encode())
            return 124
        finally:
            # Children that outlive the command (a hung debugger, a spawned tool) go with it.
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
