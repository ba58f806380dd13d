#!/usr/bin/env python3
"""Stands in for the emulator: does what the arguments after `-fake` say, in their order.

`debug=TEXT` and `serial=TEXT` write a line to a console, `exit=STATUS` ends, `signal=NUMBER` dies
of a signal, `hang` stays and refuses to end politely, `stay` stays.
"""

import os
import re
import signal
import sys
import time


def console(name: str) -> str:
    found = re.search(rf"file,id={name},path=(\S+)", " ".join(sys.argv))
    return found[1] if found else os.devnull


for step in sys.argv[sys.argv.index("-fake") + 1:]:
    verb, _, value = step.partition("=")
    if verb in ("debug", "serial"):
        with open(console(verb), "a", encoding="utf-8") as file:
            print(value, file=file)
    elif verb == "exit":
        sys.exit(int(value))
    elif verb == "signal":
        os.kill(os.getpid(), int(value))
    elif verb in ("hang", "stay"):
        if verb == "hang":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(600)
