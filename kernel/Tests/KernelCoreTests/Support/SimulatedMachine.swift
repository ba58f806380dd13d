// A machine whose RAM is a piece of host memory. Physical addresses are host addresses, so the
// direct map is the identity and tests that run side by side need no shared state.

import CapABI
import KernelCore
import KernelMachine

/// The hardware of one world, as far as tests look at it.
// SAFETY: a world belongs to one test, which runs on one thread at a time, and its devices to it.
final class Devices: @unchecked Sendable {
  /// The devices of the world whose kernel is being entered.
  @TaskLocal static var current = Devices()

  /// Nanoseconds since the boot.
  var time: UInt64 = 0
  /// When the timer interrupts.
  var timer = UInt64.max
  /// The base of the FS segment.
  var fsBase: UInt64 = 0
  /// The top-level page table in use; nil for the kernel's own.
  var loadedRoot: PhysicalAddress?
  /// After so many more looks an interrupt is pending; nil for never.
  var looksUntilInterrupt: Int?

  /// Bytes of a save area of the FPU.
  var fpuBytes = 1024
  /// The FPU's registers, and whether user code may use them.
  var fpuWord: UInt64 = 0
  var isFPUOn = false

  /// What user memory holds at `userBase`; nothing else can be read.
  var userBytes: [UInt8] = []
  static let userBase: UInt64 = 0x70_0000_0000

  func takeInterrupt() -> Bool {
    guard let looks = looksUntilInterrupt else { return false }
    looksUntilInterrupt = looks > 0 ? looks - 1 : nil
    return looks == 0
  }
}

/// Host memory as RAM.
enum SimulatedMachine: Machine {
  /// The host address itself.
  ///
  /// - Safety: `address` came from the memory of a `World` that is still in use.
  @unsafe static func pointer(to address: PhysicalAddress) -> UnsafeMutableRawPointer {
    // SAFETY: the address of host memory is made a pointer again; the caller answers for its use.
    guard let pointer = unsafe UnsafeMutableRawPointer(bitPattern: UInt(address.rawValue)) else {
      preconditionFailure("frame 0 of the host")
    }
    // SAFETY: only handed on; the caller's promise covers what is read through it.
    return unsafe pointer
  }

  static func now() -> UInt64 { Devices.current.time }
  static func ticks() -> UInt64 { Devices.current.time }
  static func nanoseconds(in ticks: UInt64) -> UInt64 { ticks }
  static func armTimer(at time: UInt64) { Devices.current.timer = time }
  static func interruptPending() -> Bool { Devices.current.takeInterrupt() }
  static func activateKernel() { Devices.current.loadedRoot = nil }
  static func loadFSBase(_ base: UInt64) { Devices.current.fsBase = base }

  // What follows is inert.
  static func kernelEntry(_ index: Int) -> UInt64 {
    index % 100 == 99 ? UInt64(index) << 12 | 3 : 0
  }
  static func activate(root: PhysicalAddress) {}
  static func invalidate(page: VirtualAddress) {}
  static func invalidateAll() {}
  // SAFETY: the caller owns `count` bytes behind `destination`, which are written one by one.
  @unsafe static func copyFromUser(
    _ source: VirtualAddress, to destination: UnsafeMutableRawPointer, count: Int
  ) -> Bool {
    let bytes = Devices.current.userBytes
    guard let start = Int(exactly: source.rawValue &- Devices.userBase), start <= bytes.count,
      count <= bytes.count - start
    else { return false }
    for index in 0..<count {
      // SAFETY: below `count`, as above.
      unsafe destination.storeBytes(of: bytes[start + index], toByteOffset: index, as: UInt8.self)
    }
    return true
  }
  static var fpuAreaBytes: Int { Devices.current.fpuBytes }
  // The registers are one word, which stands at the start of an area.
  static func initialiseFPU(_ area: FPUMemory) { setWord(0x1F80, of: area) }
  static func saveFPU(_ area: FPUMemory) { setWord(Devices.current.fpuWord, of: area) }
  static func restoreFPU(_ area: FPUMemory) {
    // SAFETY: an area is host memory of at least 64 bytes, filled by one of the two above.
    Devices.current.fpuWord =
      unsafe UnsafePointer<UInt64>(bitPattern: area.address)?.pointee ?? 0
    Devices.current.isFPUOn = true
  }
  private static func setWord(_ word: UInt64, of area: FPUMemory) {
    // SAFETY: an area is host memory of at least 64 bytes that its thread owns.
    unsafe UnsafeMutablePointer<UInt64>(bitPattern: area.address)?.pointee = word
  }
  static func disableFPU() { Devices.current.isFPUOn = false }
  static func isolateProcess() {}
  static func readPort8(_ port: UInt16) -> UInt8 { devices?.ports[port] ?? 0xFF }
  static func writePort8(_ port: UInt16, _ value: UInt8) { devices?.writes.append((port, value)) }
  static func readPort16(_ port: UInt16) -> UInt16 { UInt16(devices?.ports[port] ?? 0xFF) }
  static func writePort16(_ port: UInt16, _ value: UInt16) {
    devices?.wideWrites.append("\(port) \(value)")
  }
  static func releaseSerial() { devices?.released.append("serial") }
  static func endEmulation(_ code: UInt8) { devices?.released.append("emulator \(code)") }
  static func releaseScreen() { devices?.released.append("screen") }
  static func readPort32(_ port: UInt16) -> UInt32 { devices?.readConfiguration(port) ?? .max }
  static func writePort32(_ port: UInt16, _ value: UInt32) {
    if port == 0xCF8 { devices?.selected = value } else { devices?.writeConfiguration(value) }
  }
  static func emit(_ byte: UInt8) { devices?.emitted.append(byte) }
  static var interruptLines: UInt32 { 24 }
  static func configureLine(_ line: UInt32, levelTriggered: Bool, activeLow: Bool) {
    devices?.lines.append(
      "\(line) \(levelTriggered ? "level" : "edge") \(activeLow ? "low" : "high")")
  }
  static func maskLine(_ line: UInt32, _ masked: Bool) {
    devices?.lines.append("\(line) \(masked ? "masked" : "open")")
  }
  static func hardeningInForce() -> UInt64 { devices?.hardening ?? 0 }

  /// The devices of the test that runs.
  @TaskLocal static var devices: SimulatedDevices?
}

// SAFETY: a task-local value is seen by the test that set it alone, which runs on one thread.
/// What a test's machine has beside memory; tests run side by side, so each brings its own.
final class SimulatedDevices: @unchecked Sendable {
  /// What I/O ports read as.
  var ports: [UInt16: UInt8] = [:]
  /// What was written to them.
  var writes: [(port: UInt16, value: UInt8)] = []
  /// 16-bit writes, as port and value.
  var wideWrites: [String] = []
  /// Parts of the early console that were given up.
  var released: [String] = []
  /// The address register of PCI configuration.
  var selected: UInt32 = 0
  /// PCI configuration space, by what stands in the address register.
  var configuration: [UInt32: UInt32] = [:]
  /// Bytes shown on the early console.
  var emitted: [UInt8] = []
  /// What was done to interrupt lines.
  var lines: [String] = []
  /// Protections that are on.
  var hardening: UInt64 = 0

  /// Bits that a write to configuration space can change; all of them where nothing is said.
  var writable: [UInt32: UInt32] = [:]
  /// Bits of configuration space that a one clears.
  var clearedByOnes: [UInt32: UInt32] = [:]
  /// Writes to configuration space.
  var configurationWrites: [String] = []
  /// What a device does after a write to a place.
  var afterWrite: [UInt32: () -> Void] = [:]

  func writeConfiguration(_ value: UInt32) {
    let mask = writable[selected] ?? .max
    configurationWrites.append("\(selected & 0xFF) \(value)")
    let cleared = value & (clearedByOnes[selected] ?? 0)
    configuration[selected] = ((configuration[selected] ?? 0) & ~mask | value & mask) & ~cleared
    afterWrite[selected]?()
  }

  func readConfiguration(_ port: UInt16) -> UInt32 {
    port == 0xCFC ? configuration[selected] ?? .max : .max
  }
}

/// A booted kernel in memory of its own, with the first process and a capability to all RAM.
@safe final class World {
  /// The slot of the first process that holds the capability to all RAM.
  static let ram = CapSlot(rawValue: 1)

  private let memory: UnsafeMutableRawPointer
  var state: KernelState<SimulatedMachine>
  let root: Ref<Process>
  let cspace: Ref<CSpace>
  let cpu: Ref<Processor>
  let devices = Devices()

  /// Boots with so many frames of RAM behind the kernel's tables.
  init(frames: Int = 1024, slotCount: UInt32 = 4096, budgetOrder: UInt8 = 6) throws {
    let tableFrames = KernelState<SimulatedMachine>.bootBytes(frameCount: frames) / frameBytes
    // Frame 0 stays unused, as on a real machine.
    let total = 1 + tableFrames + frames
    let alignment = frameBytes << 10
    // SAFETY: a fresh allocation, filled below before anything reads it.
    unsafe memory = UnsafeMutableRawPointer.allocate(
      byteCount: total * frameBytes, alignment: alignment)
    // What firmware leaves behind is not zero.
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0xA5, count: total * frameBytes)
    let origin = unsafe UInt64(UInt(bitPattern: memory))
    // The number of records includes frame 0 and the tables, so make room for all.
    let boot = BootMemory(
      origin: PhysicalAddress(truncating: origin), frameCount: total,
      tables: PhysicalAddress(truncating: origin + UInt64(frameBytes)))
    let needed = KernelState<SimulatedMachine>.bootBytes(frameCount: total) / frameBytes
    // SAFETY: the arena has `total` frames, and the tables take frames 1 ... needed of it.
    state = unsafe KernelState<SimulatedMachine>(boot)
    cpu = state.objects.bootProcessor
    state.donate(UInt32(1 + needed)..<UInt32(total))
    guard
      let process = state.makeFirstProcess(budgetOrder: budgetOrder, slotCount: slotCount),
      let cspace = process.object.cspace
    else { throw SyscallError.noMemory }
    root = process
    self.cspace = cspace
    try state.grantRAM(to: cspace, slot: World.ram)
  }

  deinit {
    // SAFETY: allocated in `init`, and nothing outlives the world that owns it.
    unsafe memory.deallocate()
  }

  /// Writes bytes into a frame, as the boot does.
  func fill(_ frame: Ref<Frame>, at offset: Int, with bytes: [UInt8]) {
    // SAFETY: the span is used while the array that it views is alive and not changed.
    unsafe state.objects.frames.fill(frame, at: offset, with: bytes.span.bytes)
  }

  /// Works off everything that is left to finalise, or as many steps of it as are allowed.
  ///
  /// The address space of a process that dies is given up before each step, as at kernel exits.
  /// - Returns: The number of steps.
  @discardableResult func settle(atMost limit: Int = .max) -> Int {
    var steps = 0
    enter { state in
      while !state.objects.isSettled, steps < limit {
        state.unloadDying(on: cpu)
        state.finaliseStep()
        steps += 1
      }
      return nil
    }
    return steps
  }
}
