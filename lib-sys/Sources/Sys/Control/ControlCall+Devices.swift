// Clock, interrupts, devices and what may be known of the system: docs/reference/control/, one page
// per family.

public import CapABI
import IPC

extension ControlCall {
  /// READ_MONOTONIC_CLOCK: ticks and nanoseconds since the kernel started.
  public static var readClock: ControlCall { ControlCall(.readMonotonicClock) }

  /// CONFIGURE_INTERRUPT_LINE: trigger, polarity and mask of a line, and whom it signals.
  public static func configureLine(
    _ line: UInt32, flags: UInt32, notification: CapSlot = .null
  ) -> ControlCall {
    ControlCall(
      .configureInterruptLine,
      MessageWords(UInt64(line) | UInt64(flags) << 32, UInt64(notification.rawValue)))
  }

  /// WAIT_INTERRUPT: the line of the event that has waited longest.
  public static var waitInterrupt: ControlCall { ControlCall(.waitInterrupt) }

  /// ACKNOWLEDGE_INTERRUPT: opens a line again.
  public static func acknowledge(line: UInt64) -> ControlCall {
    ControlCall(.acknowledgeInterrupt, MessageWords(line))
  }

  /// READ_PCI_CONFIG_DWORD: 32 bits of a function's configuration space.
  ///
  /// The address is bus, device << 8 and function << 16.
  public static func readPCI(_ address: UInt64, offset: UInt64) -> ControlCall {
    ControlCall(.readPCIConfigDWord, MessageWords(address, offset))
  }

  /// IOPORT_READ8: a byte from a port of the family.
  public static func readPort(_ port: UInt64) -> ControlCall {
    ControlCall(.ioPortRead8, MessageWords(port))
  }

  /// IOPORT_WRITE8: a byte to a port of the family.
  public static func writePort(_ port: UInt64, _ value: UInt64) -> ControlCall {
    ControlCall(.ioPortWrite8, MessageWords(port, value))
  }

  /// MAP_FRAMEBUFFER: maps the framebuffer at an address.
  public static func mapFramebuffer(at address: UInt64) -> ControlCall {
    ControlCall(.mapFramebuffer, MessageWords(address))
  }

  /// MAP_FONT: maps the console font at an address.
  public static func mapFont(at address: UInt64) -> ControlCall {
    ControlCall(.mapFont, MessageWords(address))
  }

  /// READ_PLATFORM_CAPS: which devices of the platform there are.
  public static var readPlatform: ControlCall { ControlCall(.readPlatformCaps) }

  /// GET_ACPI_RSDP: where the root of the firmware's tables is.
  public static var findACPI: ControlCall { ControlCall(.getACPIRSDP) }

  /// WAIT_HOTPLUG_EVENT: what came or went, the oldest first.
  public static var waitHotplug: ControlCall { ControlCall(.waitHotplugEvent) }

  /// READ_ACPI_QWORDS: words inside a validated table.
  public static func readACPI(_ address: UInt64, count: UInt64) -> ControlCall {
    ControlCall(.readACPIQWords, MessageWords(address, count))
  }

  /// DERIVE_BAR_FRAME: the frame of a base address register.
  public static func deriveBAR(
    into destination: CapSlot, function: UInt64, register: UInt64
  ) -> ControlCall {
    ControlCall(
      .deriveBARFrame, MessageWords(UInt64(destination.rawValue), function | register << 32))
  }

  /// AUDIT_PROCESSES: the first process from a number on.
  public static func auditProcess(from number: UInt64) -> ControlCall {
    ControlCall(.auditProcesses, MessageWords(number))
  }

  /// AUDIT_SLOTS: the first occupied slot of a process from a number on.
  public static func auditSlot(of process: UInt64, from slot: UInt64) -> ControlCall {
    ControlCall(.auditSlots, MessageWords(process, slot))
  }

  /// AUDIT_COUNTERS: what a process has used.
  public static func auditCounters(of process: UInt64) -> ControlCall {
    ControlCall(.auditCounters, MessageWords(process))
  }

  /// AUDIT_HARDENING: the protections in force.
  public static var auditHardening: ControlCall { ControlCall(.auditHardening) }

  /// POWER_OFF: switches the machine off.
  public static var powerOff: ControlCall { ControlCall(.powerOff) }

  /// POWER_RESET: starts the machine again.
  public static var powerReset: ControlCall { ControlCall(.powerReset) }

  /// TRACE_CONTROL: which events are recorded.
  public static func trace(_ mask: UInt64) -> ControlCall {
    ControlCall(.traceControl, MessageWords(mask))
  }

  /// TRACE_READ: events from a number on, or from the oldest kept.
  public static func readTrace(from number: UInt64, count: UInt64) -> ControlCall {
    ControlCall(.traceRead, MessageWords(number, count))
  }

  /// READ_KERNEL_LOG: bytes of the log from a number on.
  public static func readLog(from number: UInt64, count: UInt64) -> ControlCall {
    ControlCall(.readKernelLog, MessageWords(number, count))
  }
}
