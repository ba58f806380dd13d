# Commands for `make debug`. The kernel's symbols are loaded already; it has fixed addresses.
set pagination off
set confirm off
set architecture i386:x86-64

define erix-attach
  target remote $arg0
  # Software breakpoints cannot be set before the kernel is in memory; hardware ones can.
  hbreak *$erix_entry
  echo Stopped at reset. `continue` runs to the kernel's entry.\n
end
document erix-attach
Connect to the emulator's socket and stop at the kernel's entry.
end
