// The shell: a prompt on the serial console, and what a person may ask of the system. It holds one
// way to each service that a command needs, and nothing else (docs/reference/intake.md); it serves
// nobody. Lines come from seriald, which edits them; history and completion are here.

public import Bootstrap
import Bytes
import CapABI
import IPC
import Runtime
public import Service
import Store
public import Sys

/// What the shell calls, by its slots.
enum Peer {
  static let audit = ServiceSlot.control(0)
  static let trace = ServiceSlot.control(1)
  static let time = ServiceSlot.control(2)
  static let seriald = ServiceSlot.peer(0)
  static let procd = ServiceSlot.peer(1)
  static let memd = ServiceSlot.peer(2)
  static let logd = ServiceSlot.peer(3)
  static let crashd = ServiceSlot.peer(4)
  static let irqd = ServiceSlot.peer(5)
  static let deviced = ServiceSlot.peer(6)
  static let timed = ServiceSlot.peer(7)
  static let rootd = ServiceSlot.peer(8)
  static let crashTest = ServiceSlot.peer(9)
}

/// The shell.
public struct Shell<S: System> {
  var system: S
  /// The boot configuration as it stands in the boot image, zeros behind it.
  let configuration: Module
  var history: History
  /// Text on its way to seriald.
  var page = OutputPage()
  /// Whether Ctrl-C was pressed, or whatever else ends what runs.
  var isInterrupted = false

  /// A shell.
  ///
  /// - Parameters:
  ///   - start: Its heap is for the history, its resource the boot configuration.
  ///   - system: The kernel.
  /// - Throws: NO_MEMORY, CAPABILITY_MISMATCH; INTERNAL for a boot configuration that is none.
  public init(_ start: inout Start, _ system: consuming S) throws(ReadinessCode) {
    let modules = try start.takeModules(on: Peer.audit, &system)
    guard let configuration = modules[0] else { throw .capabilityMismatch }
    history = History(in: try start.take(start.heap.byteCount & ~15))
    guard history.capacity > 0 else { throw .noMemory }
    self.configuration = configuration
    self.system = system
    guard configuration.bootConfigSize != nil else { throw .internal }
  }

  // MARK: Time

  /// Monotonic nanoseconds.
  var now: UInt64 {
    mutating get {
      // It fails only without the clock, which the intake table excludes.
      (try? system.control(.readClock, on: Peer.time).word1) ?? 0
    }
  }

  /// How long a service may take to answer.
  static var patience: UInt64 { 3_000_000_000 }

  /// Waits; nothing arrives at the shell's own endpoint.
  mutating func pause(_ nanoseconds: UInt64) {
    let time = now
    system.buffer.setDeadline(time &+ nanoseconds)
    _ = system.receive(StartupSlot.endpoint, MessageTag(label: 0, flags: .deadline))
  }

  // MARK: Peers

  /// Asks a service, which answers in time or not at all.
  mutating func ask<Request: ServiceRequest, Reply: ServiceReply>(
    _ request: Request, of peer: CapSlot, _ reply: Reply.Type = Reply.self
  ) throws(ResultCode) -> Reply where Request.Operation == Reply.Operation {
    try system.ask(request, of: peer, reply, deadline: now &+ Self.patience)
  }

  // MARK: Commands

  /// Does what a line says.
  public mutating func run(_ line: LineText) {
    isInterrupted = false
    do throws(WordError) {
      let words = try Words(line)
      guard words.count > 0 else { return }
      run(words)
    } catch {
      tell(error)
    }
    flush()
  }

  private mutating func run(_ words: Words) {
    let name = words.line(0)
    guard let command = Command(name) else {
      tellUnknown(name)
      return
    }
    guard words.count - 1 <= command.maximumArguments,
      words.count - 1 >= command.minimumArguments
    else {
      tellUsage(command)
      return
    }
    if command.isRecorded { record(words) }
    do throws(ShellError) {
      try perform(command, words)
    } catch {
      switch error {
      case .usage: tellUsage(command)
      case .refused(let peer, let code): tell(peer, code)
      case .said(let text): say(text)
      case .unknownService(let word): tellUnknownService(words.line(word))
      }
    }
  }

  private mutating func perform(_ command: Command, _ words: Words) throws(ShellError) {
    switch command {
    case .help: try help(words)
    case .clear: clear()
    case .ps: try showProcesses()
    case .services: try showServices()
    case .mem: try showMemory()
    case .kill: try kill(words)
    case .restart: try restart(words)
    case .caps: try showCapabilities(words)
    case .authority: try compareAuthority()
    case .log: try showLog(words)
    case .crash: try showCrashes(words)
    case .fault: try crashTest(words)
    default: try performOnMachine(command, words)
    }
  }

  private mutating func performOnMachine(
    _ command: Command, _ words: Words
  ) throws(ShellError) {
    switch command {
    case .devices: try showDevices()
    case .irq: try showInterrupts()
    case .time: try showTime()
    case .uptime: showUptime()
    case .wait: try wait(words)
    case .hardening: try showHardening()
    case .top: try showTop()
    case .bench: try measure(words)
    case .trace: try trace(words)
    case .shutdown: try end(.off)
    case .reboot: try end(.reboot)
    default: throw .said("not a command of this shell")
    }
  }
}

/// Why a command did not do what it was asked for.
enum ShellError: Error {
  /// Something else stands behind the name than may.
  case usage
  /// A service, or the kernel, refused.
  case refused(StaticString, ResultCode)
  /// What the text says.
  case said(StaticString)
  /// No service of the boot configuration is called as this word says.
  case unknownService(word: Int)
}

extension Module {
  /// How many of its bytes are the boot configuration that they begin with; nil when it is none.
  var bootConfigSize: Int? {
    let sizeOffset = 12
    guard let size = try? bytes.integer(at: sizeOffset, as: UInt32.self), size <= byteCount,
      (try? BootConfig(decoding: bytes.extracting(first: Int(size)))) != nil
    else { return nil }
    return Int(size)
  }

  /// The boot configuration, which `init` of the shell found to be one.
  var bootConfig: BootConfig? {
    @inline(__always)
    @_lifetime(borrow self)
    get { try? BootConfig(decoding: bytes.extracting(first: bootConfigSize ?? 0)) }
  }
}
