// The machine: devices, interrupt lines, time, protections, power.

import CapABI
import Handoff
import IPC
package import Runtime
import Sys

extension Shell {
  // MARK: devices, irq

  /// `devices`.
  mutating func showDevices() throws(ShellError) {
    var cursor: UInt32 = 0
    say("WHERE     VENDOR:PRODUCT  WHAT                              LINE  DRIVER")
    while true {
      do throws(ResultCode) {
        guard
          case .readDevice(let report, let driver) = try ask(
            DevicedRequest.readDevice(cursor: cursor), of: Peer.deviced, DevicedReply.self)
        else { throw .internal }
        say(Self.line(of: report, driver))
        guard report.location.rawValue < .max else { return }
        cursor = report.location.rawValue + 1
      } catch {
        guard error == .notFound else { throw .refused("deviced", error) }
        return
      }
    }
  }

  private static func line(of report: DeviceReport, _ driver: RoleID) -> TextLine {
    let place = report.location.rawValue
    var line = TextLine()
    if report.location.isPCI {
      line.append(hexadecimal: UInt64(place & 0xFF), digits: 2)
      line.append(":")
      line.append(hexadecimal: UInt64(place >> 8 & 0x1F), digits: 2)
      line.append(".")
      line.append(decimal: UInt64(place >> 16 & 7))
      line.pad(to: 10)
      line.append(hexadecimal: UInt64(report.vendor), digits: 4)
      line.append(":")
      line.append(hexadecimal: UInt64(report.product), digits: 4)
      line.pad(to: 26)
      line.append(word(ofClass: UInt16(truncatingIfNeeded: report.classCode >> 16)))
    } else {
      line.append("platform")
      line.pad(to: 26)
      line.append(word(ofPlatform: place & 0xFF))
    }
    if report.interruptLine == 255 {
      line.right("-", endingAt: 64)
    } else {
      line.right(UInt64(report.interruptLine), endingAt: 64)
    }
    line.pad(to: 66)
    if driver == .none { line.append("-") } else { line.append(driver) }
    return line
  }

  /// Class and subclass of a PCI function (PCI Code and ID Assignment 1.11, section 1).
  static func word(ofClass code: UInt16) -> StaticString {
    switch code {
    case 0x0100: "SCSI storage"
    case 0x0101: "IDE storage"
    case 0x0106: "SATA storage"
    case 0x0108: "NVM storage"
    case 0x0100...0x01FF: "storage"
    case 0x0200: "Ethernet"
    case 0x0200...0x02FF: "network"
    case 0x0300: "VGA display"
    case 0x0300...0x03FF: "display"
    case 0x0400...0x04FF: "multimedia"
    case 0x0600: "host bridge"
    case 0x0601: "ISA bridge"
    case 0x0604: "PCI bridge"
    case 0x0600...0x06FF: "bridge"
    case 0x0700...0x07FF: "communication"
    case 0x0C03: "USB"
    case 0x0C05: "SMBus"
    case 0x0C00...0x0CFF: "serial bus"
    default: "other"
    }
  }

  private static func word(ofPlatform number: UInt32) -> StaticString {
    switch number {
    case 0: "serial port"
    case 1: "keyboard controller"
    default: "platform device"
    }
  }

  /// `irq`.
  mutating func showInterrupts() throws(ShellError) {
    var cursor: UInt32 = 0
    say("LINE  TRIGGER  STATE        EVENTS   STORMS  HANDLER")
    while true {
      do throws(ResultCode) {
        guard
          case .readLine(let record) = try ask(
            IrqdRequest.readLine(cursor: cursor), of: Peer.irqd, IrqdReply.self)
        else { throw .internal }
        var line = TextLine()
        line.right(UInt64(record.line), endingAt: 4)
        line.pad(to: 6)
        line.append(record.flags.contains(.level) ? "level" : "edge")
        line.pad(to: 15)
        line.append(record.state.word)
        line.right(record.eventCount, endingAt: 34)
        line.right(UInt64(record.stormCount), endingAt: 43)
        line.pad(to: 45)
        line.append(RoleID(rawValue: UInt16(truncatingIfNeeded: record.client.rawValue)))
        say(line)
        guard record.line < .max else { return }
        cursor = record.line + 1
      } catch {
        guard error == .notFound else { throw .refused("irqd", error) }
        return
      }
    }
  }

  // MARK: time, uptime

  /// `time`.
  mutating func showTime() throws(ShellError) {
    do throws(ResultCode) {
      guard case .nowWall(let time) = try ask(TimedRequest.nowWall, of: Peer.timed, TimedReply.self)
      else { throw .internal }
      var line = TextLine.date(time.seconds)
      if time.source == .synthetic { line.append(" (the machine has no clock)") }
      say(line)
    } catch {
      throw .refused("timed", error)
    }
  }

  /// `wait`.
  mutating func wait(_ words: Words) throws(ShellError) {
    guard let seconds = words.number(1), seconds >= 1, seconds <= 31_536_000 else { throw .usage }
    _ = isKeyPressed(within: seconds * 1_000_000_000)
  }

  /// `uptime`.
  mutating func showUptime() {
    var line = TextLine("up ")
    line.append(.duration(now))
    say(line)
  }

  // MARK: hardening

  /// `hardening`.
  mutating func showHardening() throws(ShellError) {
    guard let words = try audit(.auditHardening) else { throw .said("the kernel does not say") }
    let protections = Protections(rawValue: words.word0)
    for bit in 0..<18 {
      let protection = Protections(rawValue: 1 << UInt64(bit))
      var line = TextLine(protections.contains(protection) ? "on   " : "off  ")
      line.append(Self.word(of: protection))
      say(line)
    }
  }

  private static func word(of protection: Protections) -> StaticString {
    switch protection {
    case .noExecute: "data is never executed (NX)"
    case .writeProtect: "the kernel cannot write what is read-only (WP)"
    case .smep: "the kernel cannot execute user pages (SMEP)"
    case .smap: "the kernel reads user pages only where it says so (SMAP)"
    case .umip: "programs cannot read system registers (UMIP)"
    case .writeXorExecute: "no page is writable and executable"
    case .nullGuard: "page 0 is never mapped"
    case .stackGuards: "a page that is not mapped below each kernel stack"
    case .fpuIsolation: "FPU registers are cleared between threads"
    case .separateTables: "page tables of its own for each process"
    case .aslr: "random places in the address spaces of programs"
    case .pcid: "address-space tags in the TLB (PCID)"
    case .speculationControl: "speculation control (IBRS, STIBP, IBPB)"
    case .kpti: "separate page tables while programs run (KPTI)"
    case .readOnlyTables: "page tables are read-only to the kernel"
    case .syscallFilter: "each process has a filter of system calls"
    case .copyOnWrite: "copy-on-write frames"
    default: "memory is cleared before it is given out again"
    }
  }

  // MARK: fault

  /// `fault`.
  mutating func crashTest(_ words: Words) throws(ShellError) {
    let choice: FaultChoice
    switch true {
    case words.count < 2, words.is(1, "trap"): choice = .trap
    case words.is(1, "stack"): choice = .stack
    case words.is(1, "forbidden"): choice = .forbidden
    case words.is(1, "exit"): choice = .exit
    default: throw .usage
    }
    let before = try nextCrash()
    do throws(ResultCode) {
      let _: CrashTestReply = try ask(CrashTestRequest.fault(choice), of: Peer.crashTest)
      throw .internal
    } catch {
      // That is what it is for.
      guard error == .peerDied || error == .abandoned || error == .timedOut else {
        throw .refused("crash-test", error)
      }
    }
    say("crash-test is gone, and procd starts it again; recorded:")
    for _ in 0..<20 {
      if try nextCrash() > before { break }
      pause(50_000_000)
    }
    try listCrashes(from: before)
  }

  // MARK: shutdown, reboot

  /// `shutdown`, `reboot`: comes back only if it is refused.
  mutating func end(_ kind: ShutdownKind) throws(ShellError) {
    say(kind == .off ? "Switching off." : "Starting again.")
    flush()
    do throws(ResultCode) {
      // No limit: nobody waits for what ends.
      let _: RootdReply = try system.ask(RootdRequest.shutdown(kind), of: Peer.rootd)
    } catch {
      throw .refused("rootd", error)
    }
  }
}

extension LineState {
  /// The state in a word.
  var word: StaticString {
    switch self {
    case .unused: "unused"
    case .open: "open"
    case .delivered: "delivered"
    case .masked: "masked"
    case .paused: "paused"
    }
  }
}

extension TextLine {
  /// Appends a number with so many hexadecimal digits and nothing before them.
  mutating func append(hexadecimal value: UInt64, digits: Int) {
    for index in 0..<digits {
      let digit = UInt8(truncatingIfNeeded: value >> UInt64((digits - 1 - index) * 4) & 15)
      append(byte: digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
  }

  /// Date and time of day, UTC, of seconds since 1970 (the calendar of the Gregorian rule).
  package static func date(_ seconds: UInt64) -> TextLine {
    // Days are counted from 1 March of year 0, in eras of 400 years, so that a leap day is the last
    // of its year.
    let days = seconds / 86_400 + 719_468
    let dayOfEra = days % 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    var line = TextLine()
    line.append(decimal: yearOfEra + days / 146_097 * 400 + (month <= 2 ? 1 : 0), digits: 4)
    line.append("-")
    line.append(decimal: month, digits: 2)
    line.append("-")
    line.append(decimal: dayOfYear - (153 * shifted + 2) / 5 + 1, digits: 2)
    line.append(" ")
    line.append(.duration(seconds % 86_400 * 1_000_000_000))
    line.append(" UTC")
    return line
  }
}
