// One boot: the machine's loop. The kernel says which thread runs; its program runs until it needs
// the kernel; time passes by fixed and seeded amounts; when nothing can run, it jumps to the
// next deadline. The same seed gives the same boot, message by message.

import CSimulation
import CapABI
import KernelSimulation

/// A boot of the whole system.
public final class Simulation {
  /// What the boot consists of.
  let plan: BootPlan
  let kernel: SimulatedKernel
  private let memory: UserMemory
  private let stacks: Stacks
  private var strands: [UInt64: Strand] = [:]
  /// The role of each process, dead ones included.
  private(set) var roles: [UInt64: RoleID] = [:]
  var random: SeededRandom
  var log = MessageLog()
  /// What went wrong.
  var findings: [String] = []
  /// Entries of the kernel.
  private(set) var step = 0
  /// Processes that were killed from outside, and those that crashed by order.
  var victims: [UInt64: RoleID] = [:]
  /// System calls so far.
  private(set) var calls: UInt64 = 0
  /// Yields since the last other system call.
  private var yields = 0
  /// How many misfortunes of the plan have begun, and which of them wait for their moment.
  var begun = 0
  var pending: [Disturbance] = []

  /// When the system was up, in virtual time.
  private(set) var upSince: UInt64?
  /// When it was disturbed.
  var disturbedAt: UInt64 = 0

  /// The code of a system that is up.
  static let ready: UInt8 = 0x10
  /// How long a system that is up goes on: longer than procd waits between two starts.
  private static let afterlife: UInt64 = 20_000_000_000
  /// The most entries and the most virtual time that a boot may take.
  static let stepLimit = 400_000
  static let timeLimit: UInt64 = 120_000_000_000
  private static let quantum: UInt64 = 10_000_000
  /// So many yields in a row, by anybody, and nothing else can run.
  private static let yieldLimit = 64

  /// Boots a kernel from an image.
  ///
  /// - Throws: What keeps the kernel from booting.
  init(_ medium: BootMedium, _ plan: BootPlan, stacks: Stacks) throws {
    self.plan = plan
    self.stacks = stacks
    random = SeededRandom(seed: plan.seed ^ 0x5EED)
    kernel = try medium.boot(seed: plan.seed, ramSize: plan.ramSize)
    memory = UserMemory(kernel)
  }

  deinit { stacks.reclaim() }

  /// Lets the system run until it failed, or was up for a while, or nothing happens any more.
  func run() {
    while findings.isEmpty, yields < Self.yieldLimit {
      guard step < Self.stepLimit, kernel.time < Self.timeLimit else {
        findings.append("the boot does not come to an end: \(waiting())")
        return
      }
      let isUp = kernel.exitCode == Self.ready
      if isUp, upSince == nil { upSince = kernel.time }
      if kernel.exitCode != nil, !isUp { return }
      if let upSince, kernel.time > max(upSince, disturbedAt) + Self.afterlife { return }
      if let thread = kernel.running {
        advance(thread)
      } else if kernel.timer == .max || kernel.timer > Self.timeLimit {
        return
      } else {
        kernel.time = max(kernel.time, kernel.timer)
        kernel.timerInterrupt()
      }
      log.show(kernel.takeShown())
    }
  }

  // MARK: One turn

  private func advance(_ thread: RunningThread) {
    guard var strand = strands[thread.id] ?? begin(thread) else { return }
    memory.enter(thread)
    switch strand.state {
    case .ready: turn(thread, &strand)
    case .calling(let registers): call(thread, &strand, registers)
    case .called(let instruction) where instruction == thread.instruction:
      // The kernel broke off what takes long, and wants the same call again.
      enter(1)
      kernel.systemCall(kernel.registers)
    case .called:
      if yields == 0 {
        log.note(.returned(kernel.registers), time: kernel.time, strand.role, thread)
      }
      strand.answer(kernel.registers)
      turn(thread, &strand)
    }
    strands[thread.id] = strand
  }

  /// The program of a thread that the kernel lets run for the first time.
  private func begin(_ thread: RunningThread) -> Strand? {
    memory.enter(thread)
    guard let page = kernel.page(at: thread.instruction),
      let role = Programs.role(
        at: (0..<UInt64(Programs.entrySize)).map { erix_simulation_read(page.physical + $0) })
    else {
      findings.append("thread \(thread.id) starts where no program is")
      return nil
    }
    roles[thread.process] = role
    log.note(.started, time: kernel.time, role, thread)
    return Strand(role, argument: thread.argument, stack: stacks.take())
  }

  /// Lets a program run until it needs the kernel.
  private func turn(_ thread: RunningThread, _ strand: inout Strand) {
    strand.state = .ready
    while true {
      let stop = strand.resume()
      switch stop.stop {
      case ERIX_STOP_CALL:
        call(thread, &strand, stop.call)
        return
      case ERIX_STOP_PAGE_FAULT:
        let isWrite = stop.is_write != 0
        if memory.resolve(stop.address, isWrite: isWrite) { continue }
        enter(1)
        log.note(.fault(stop.address), time: kernel.time, strand.role, thread)
        let isPresent: UInt32 = kernel.page(at: stop.address) == nil ? 0 : 1
        kernel.pageFault(at: stop.address, errorCode: 4 | (isWrite ? 2 : 0) | isPresent)
        return
      default:
        enter(1)
        log.note(.trap, time: kernel.time, strand.role, thread)
        findings.append("\(name(strand.role)) failed a precondition")
        kernel.invalidInstruction()
        return
      }
    }
  }

  /// Takes a system call to the kernel, unless the timer or a disturbance comes first.
  private func call(
    _ thread: RunningThread, _ strand: inout Strand, _ registers: CallRegisters
  ) {
    if case .calling = strand.state {
    } else {
      enter(500 + random.next(below: 1500))
      if random.happens(onceIn: plan.preemption) { kernel.time += Self.quantum }
      calls += 1
      if registers[0] != Syscall.yield.rawValue {
        log.note(.call(registers), time: kernel.time, strand.role, thread)
      }
      if disturb(thread, &strand, registers) { return }
    }
    guard kernel.timer > kernel.time else {
      strand.state = .calling(registers)
      enter(0)
      kernel.timerInterrupt()
      return
    }
    strand.state = .called(at: thread.instruction)
    kernel.systemCall(registers)
    pause(registers)
  }

  /// Who yields again and again waits for something: time jumps to what can happen.
  ///
  /// The root task has nothing else to do once the system is up, or once it is not.
  private func pause(_ registers: CallRegisters) {
    guard registers[0] == Syscall.yield.rawValue else {
      yields = 0
      return
    }
    yields += 1
    guard yields == Self.yieldLimit, kernel.timer < Self.timeLimit else { return }
    kernel.time = max(kernel.time, kernel.timer)
    yields = 0
  }

  /// Counts an entry of the kernel, which takes time.
  private func enter(_ nanoseconds: UInt64) {
    step += 1
    kernel.time += nanoseconds
  }

  // MARK: Who is who

  /// The name of a role.
  func name(_ role: RoleID) -> String { role.name.map { "\($0)" } ?? "role \(role.rawValue)" }

  /// The name of a process's role.
  func name(ofProcess id: UInt64) -> String { roles[id].map { name($0) } ?? "process \(id)" }

  /// Who waits for whom, for a report.
  func waiting() -> String {
    kernel.threads.map {
      let whom = $0.waitsFor == 0 ? "" : " on \($0.waitsFor)"
      return "\(name(ofProcess: $0.process)) thread \($0.id) is \($0.state)\(whom)"
    }.joined(separator: "; ")
  }
}
