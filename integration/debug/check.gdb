# A session by itself, for `make debug-check`: to the kernel's entry, to its first Swift function,
# and where that was called from.
continue
break Kernel_main
continue
backtrace
