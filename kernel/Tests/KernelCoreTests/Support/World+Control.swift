// Control operations as tests ask for them.

import CapABI
import KernelCore
import KernelMachine
import KernelSimulation
import Testing

/// Finalises everything and audits the state.
func expectSound(_ world: World, _ location: SourceLocation = #_sourceLocation) {
  world.settle()
  #expect(Audit(world).problems == [], sourceLocation: location)
}

extension World {
  /// A process for tests: two untyped arguments in one word.
  static func pair(_ low: UInt32, _ high: UInt32) -> UInt64 { UInt64(low) | UInt64(high) << 32 }

  /// Executes an operation as the root task's thread, or another.
  func outcome(
    _ operation: ControlOperation, through family: EndpointKind = .testRoot, _ words: UInt64...,
    length: UInt16 = 32, by thread: Ref<Thread>? = nil
  ) throws(SyscallError) -> ControlOutcome {
    try perform(operation, family, words, length, thread)
  }

  /// The same, for operations that answer.
  @discardableResult func call(
    _ operation: ControlOperation, through family: EndpointKind = .testRoot, _ words: UInt64...,
    length: UInt16 = 32, by thread: Ref<Thread>? = nil
  ) throws(SyscallError) -> ControlReply {
    guard case .reply(let reply) = try perform(operation, family, words, length, thread) else {
      throw .busy
    }
    return reply
  }

  /// The same with the words in an array, through the endpoint that accepts everything.
  @discardableResult func call(
    _ operation: ControlOperation, words: [UInt64], length: UInt16 = 32
  ) throws(SyscallError) -> ControlReply {
    guard case .reply(let reply) = try perform(operation, .testRoot, words, length, nil) else {
      throw .busy
    }
    return reply
  }

  /// Takes the rights of a capability away, as a message that moves it can.
  func weaken(_ slot: UInt32) throws {
    guard let found = self.slot(slot) else { throw SyscallError.emptySlot }
    found.object.attenuate(to: .none)
  }

  /// Spends the whole budget behind a CSpace on objects in its slots.
  func spend(_ cspace: Ref<CSpace>, from first: UInt32 = 100) {
    var slot = first
    for capacity in [512, 32, 1] as [UInt32] {
      while (try? create(.ringEndpoint(capacity: capacity), in: slot, by: cspace)) != nil {
        slot += 1
      }
    }
  }

  private func perform(
    _ operation: ControlOperation, _ family: EndpointKind, _ words: [UInt64], _ length: UInt16,
    _ thread: Ref<Thread>?
  ) throws(SyscallError) -> ControlOutcome {
    guard let caller = thread ?? root.object.firstThread else { throw .wrongState }
    let all = words + [0, 0, 0, 0]
    let request = ControlRequest(
      operation: operation, badge: 0, length: length, word0: all[0], word1: all[1], word2: all[2],
      word3: all[3])
    return try Provoked.noting(.control(operation)) { () throws(SyscallError) in
      try state.control(family, request, from: caller)
    }
  }

  /// Prepares the kernel with tables in RAM; every address in them is moved to where the RAM is.
  ///
  /// - Returns: What was added to the addresses.
  func firmware(_ image: FirmwareImage) throws -> UInt64 {
    guard let pool = root.object.pool,
      let block = state.objects.allocateBlock(order: 3, from: pool)
    else { throw SyscallError.noMemory }
    let base = UInt64(state.objects.frames.table(of: Slot.self, in: block).start.address)
    var moved = image
    // The 64-bit fields that `typical` has: root pointer to XSDT, XSDT to tables, FADT to DSDT.
    for field in [0x1018, 0x2024, 0x202C, 0x408C] as [UInt64] {
      var value = moved.integer(field)
      if field == 0x408C { value = moved.integer(0x4028) & 0xFFFF_FFFF }
      if value != 0 { moved.store(value + base, bytes: 8, at: field) }
    }
    let isBroken = image.sum(at: 0x1000, count: 36) != 0
    if !isBroken { moved.seal(0x1000, count: 36, checksumAt: 32) }
    moved.seal(0x2000, count: 52, checksumAt: 9)
    moved.seal(0x4000, count: 244, checksumAt: 9)
    let words = (0..<8).map {
      state.objects.frames.table(of: UInt64.self, in: FrameNumber(block.rawValue + $0))
    }
    for (address, byte) in moved.bytes {
      let word = words[Int(address / 4096)][Int(address % 4096 / 8)]
      let shift = address % 8 * 8
      word.object = word.object & ~(0xFF << shift) | UInt64(byte) << shift
    }
    var platform = Platform()
    platform.acpiRoot = PhysicalAddress(truncating: base + 0x1000)
    guard state.prepare(platform) else { throw SyscallError.noMemory }
    state.allowFirmware(start: base, count: 8 * 4096)
    state.findFirmwareTables()
    return base
  }

  /// The whole text of the kernel's log.
  var logText: String {
    let bytes = (state.log.start..<state.log.end).compactMap {
      state.log.byte($0, in: state.objects.frames)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
