// The start envelope: golden file, round trips, damage, role and intake checks, readiness codes.

import Bootstrap
import Bytes
import CapABI
import Foundation
import Handoff
import HandoffTesting
import Testing

/// A start envelope in arrays.
struct EnvelopeContents: Equatable {
  var info: EnvelopeInfo
  var capabilities: [StartCapability]

  /// named, with exactly its intake table.
  static var sample: EnvelopeContents {
    var seed = FixedBytes<32>()
    seed[5] = 3
    let info = EnvelopeInfo(
      role: .named, instance: 2, profile: .smoke, cspaceSlots: 256, processID: 7,
      image: UserImage(base: 0x40_0000, size: 0x8000, entry: 0x40_0000), stackBase: 0x7000_0000,
      stackSize: 0x4000, buffer: 0x7100_0000, heapBase: 0x7200_0000, heapSize: 0x1_0000,
      budget: 1 << 20, seed: seed, priority: 150, syscalls: .all,
      affinity: 3, startNanoseconds: 123_456_789, watchdogMilliseconds: 500,
      switches: CommandSwitches(forceFail: .named), wallOffset: 0x0102_0304_0506_0708)
    return EnvelopeContents(info: info, capabilities: intake(.named))
  }

  static func intake(_ role: RoleID) -> [StartCapability] {
    guard let table = IntakeTable(for: role) else { return [] }
    return (0..<table.count).compactMap { table.entry(at: $0) }.map {
      StartCapability(
        TransferDescriptor(
          slot: $0.slot, type: $0.type, kind: $0.kind, rights: $0.rights, peer: $0.peer,
          badge: Badge(rawValue: $0.peer == .none ? 0 : 0x1_0000)))
    }
  }

  func encoded() throws(FormatError) -> [UInt8] {
    let counts = TableCounts(capabilities.count)
    var output = [UInt8](
      repeating: 0, count: try StartEnvelopeFormat.layout.size(of: counts))
    var target = output.mutableSpan
    var encoder = try TableEncoder<StartEnvelopeFormat>(
      into: target.mutableRawBytes, info: info, counts: counts)
    for capability in capabilities { try encoder.append(capability) }
    _ = try encoder.finish()
    return output
  }

  init(decoding file: [UInt8]) throws(FormatError) {
    let view = try StartEnvelope(decoding: file.span.rawBytes)
    info = view.info
    capabilities = (0..<view.capabilities.count).compactMap { view.capabilities[$0] }
  }

  init(info: EnvelopeInfo, capabilities: [StartCapability]) {
    self.info = info
    self.capabilities = capabilities
  }
}

struct StartEnvelopeTests {
  let file: [UInt8]

  init() throws {
    file = try EnvelopeContents.sample.encoded()
  }

  /// The error of the whole check; nil when it passes.
  func failure(_ file: [UInt8], as role: RoleID = .named) -> EnvelopeError? {
    do throws(EnvelopeError) {
      try StartEnvelope.check(file.span.rawBytes, as: role)
      return nil
    } catch { return error }
  }

  @Test func `the wall offset is the clock of the handoff less the time when it was read`() {
    typealias Clock = RootInfo.WallClock
    #expect(EnvelopeInfo.wallOffset(of: nil) == 0)
    let clock = Clock(utcSeconds: 1_700_000_000, takenAtNanoseconds: 5)
    #expect(EnvelopeInfo.wallOffset(of: clock) == 1_699_999_999_999_999_995)
    let tooLate = Clock(utcSeconds: .max, takenAtNanoseconds: 0)
    #expect(EnvelopeInfo.wallOffset(of: tooLate) == 0)
    let tooEarly = Clock(utcSeconds: 0, takenAtNanoseconds: 9)
    #expect(EnvelopeInfo.wallOffset(of: tooEarly) == 0)
  }

  @Test func `the encoding is the golden file`() throws {
    #expect(try file == golden("start-envelope", .module))
  }

  @Test func `decoding gives back what was encoded`() throws {
    #expect(try EnvelopeContents(decoding: file) == .sample)
    #expect(failure(file) == nil)
  }

  @Test func `every truncation is refused`() {
    for length in 0..<file.count {
      let needed = length < 48 ? 48 : file.count
      #expect(
        failure(Array(file[..<length]))
          == .format(.truncated(needed: needed, available: length)))
    }
  }

  @Test func `every change of a byte of header and directory is refused`() {
    for mutation in mutations(of: file, in: 0..<48) {
      #expect(
        refusal(mutation.file, StartEnvelopeFormat.self) != nil, "byte \(mutation.offset)")
    }
  }

  @Test func `a changed byte behind the directory is refused or encodes to itself`() throws {
    for mutation in mutations(of: file, in: 48..<file.count) {
      guard let contents = try? EnvelopeContents(decoding: mutation.file) else { continue }
      #expect(try contents.encoded() == mutation.file, "byte \(mutation.offset)")
    }
  }

  @Test func `random valid contents survive a round trip`() throws {
    var random = Random(state: 0xDEF0)
    for _ in 0..<50 {
      var contents = EnvelopeContents.sample
      contents.info.seed = random.bytes(FixedBytes<32>.self)
      contents.info.budget = random.next() | 1
      contents.info.processID = random.next() | 1
      contents.info.affinity = random.next() | 1
      contents.info.startNanoseconds = random.next()
      contents.info.cspaceSlots = 1 << UInt32.random(in: 6...20, using: &random)
      contents.capabilities.removeLast(Int.random(in: 0...2, using: &random))
      #expect(try EnvelopeContents(decoding: contents.encoded()) == contents)
    }
  }

  @Test(arguments: Refusal.envelope)
  func `an envelope that breaks one rule of form is refused for it`(_ refused: Refusal) {
    #expect(refusal(refused.apply(to: file), StartEnvelopeFormat.self) == refused.error)
  }

  @Test func `switches are refused outside smoke images`() {
    var contents = EnvelopeContents.sample
    contents.info.profile = .release
    #expect(throws: FormatError.nonzeroReserved(offset: 188)) { try contents.encoded() }
  }

  @Test func `an envelope for another role is refused`() {
    #expect(failure(file, as: .memd) == .wrongRole(found: .named, expected: .memd))
  }

  @Test func `a capability less is refused`() throws {
    var contents = EnvelopeContents.sample
    let slot = contents.capabilities.removeLast().descriptor.slot
    #expect(try failure(contents.encoded()) == .intake(.missing(slot)))
  }

  @Test func `a capability more is refused`() throws {
    var contents = EnvelopeContents.sample
    let slot = CapSlot(rawValue: 200)
    contents.capabilities.append(
      StartCapability(TransferDescriptor(slot: slot, type: .frame, rights: .read)))
    #expect(try failure(contents.encoded()) == .intake(.unexpected(slot)))
  }

  @Test func `another peer is refused`() throws {
    var contents = EnvelopeContents.sample
    contents.capabilities[2].descriptor.peer = .memd
    #expect(
      try failure(contents.encoded())
        == .intake(.wrongPeer(StartupSlot.supervisor, found: .memd, expected: .procd)))
  }

  @Test(arguments: [RoleID.fbcond, RoleID(rawValue: 0x1000)])
  func `a role without intake table may start with anything`(_ role: RoleID) throws {
    var contents = EnvelopeContents.sample
    contents.info.role = role
    #expect(try failure(contents.encoded(), as: role) == nil)
  }

  @Test func `each refusal has its readiness code`() {
    let format = EnvelopeError.format(.badMagic(found: 0))
    #expect(ReadinessCode(format) == .envelopeInvalid)
    #expect(
      ReadinessCode(EnvelopeError.wrongRole(found: .memd, expected: .named)) == .roleMismatch)
    #expect(ReadinessCode(EnvelopeError.intake(.missing(.null))) == .intakeMismatch)
  }

  @Test func `readiness codes have names up to the last and none behind it`() {
    let last = ReadinessCode.last.rawValue
    let names = (0...last).compactMap { ReadinessCode(rawValue: $0).name?.description }
    #expect(Set(names).count == Int(last) + 1)
    #expect(ReadinessCode(rawValue: last + 1).name == nil)
    #expect(ReadinessCode.ready.rawValue == 0)
  }
}

extension Refusal {
  static let envelope = [
    Refusal("magic", at: 4, UInt8(0), .badMagic(found: 0x5452_5400_5849_5245)),
    Refusal("rootd", at: 48, UInt16(1), .invalidValue(offset: 48, found: 1)),
    Refusal("unknown role", at: 48, UInt16(0xFFF), .invalidValue(offset: 48, found: 0xFFF)),
    Refusal("role reserved", at: 50, UInt8(1), .nonzeroReserved(offset: 50)),
    Refusal("instance 0", at: 52, UInt32(0), .invalidValue(offset: 52, found: 0)),
    Refusal("profile", at: 56, UInt32(4), .invalidValue(offset: 56, found: 4)),
    Refusal("CSpace", at: 60, UInt32(0), .invalidValue(offset: 60, found: 0)),
    Refusal("process 0", at: 64, UInt64(0), .invalidValue(offset: 64, found: 0)),
    Refusal("image at 0", at: 72, UInt64(0), .invalidValue(offset: 72, found: 0)),
    Refusal("image empty", at: 80, UInt64(0), .invalidValue(offset: 80, found: 0)),
    Refusal("entry behind", at: 88, UInt64(0x40_8000), .invalidValue(offset: 88, found: 0x40_8000)),
    Refusal("stack at 0", at: 96, UInt64(0), .invalidValue(offset: 96, found: 0)),
    Refusal("stack not aligned", at: 96, UInt64(8), .invalidValue(offset: 96, found: 8)),
    Refusal("stack empty", at: 104, UInt64(0), .invalidValue(offset: 104, found: 0)),
    Refusal(
      "stack too high", at: 104, UInt64(1) << 47,
      .invalidValue(offset: 104, found: 1 << 47)),
    Refusal("no budget", at: 112, UInt64(0), .invalidValue(offset: 112, found: 0)),
    Refusal("no seed", at: 125, UInt8(0), .invalidValue(offset: 120, found: 0)),
    Refusal("priority 0", at: 152, UInt8(0), .invalidValue(offset: 152, found: 0)),
    Refusal("priority reserved", at: 153, UInt8(1), .nonzeroReserved(offset: 153)),
    Refusal("unknown call", at: 156, UInt32(1 << 13), .unknownFlags(offset: 156, found: 1 << 13)),
    Refusal("no call", at: 156, UInt32(0), .invalidValue(offset: 156, found: 0)),
    Refusal("no processor", at: 160, UInt64(0), .invalidValue(offset: 160, found: 0)),
    Refusal("watchdog reserved", at: 180, UInt8(1), .nonzeroReserved(offset: 180)),
    Refusal("no buffer", at: 200, UInt64(0), .invalidValue(offset: 200, found: 0)),
    Refusal("buffer not aligned", at: 200, UInt64(1), .invalidValue(offset: 200, found: 1)),
    Refusal("heap not aligned", at: 208, UInt64(1), .invalidValue(offset: 208, found: 1)),
    Refusal("heap at 0", at: 208, UInt64(0), .invalidValue(offset: 216, found: 0x1_0000)),
    Refusal("heap of part of a page", at: 216, UInt64(1), .invalidValue(offset: 216, found: 1)),
    Refusal("heap too large", at: 216, UInt64(1) << 47, .invalidValue(offset: 216, found: 1 << 47)),
    Refusal("slot 0", at: 232, UInt32(0), .invalidValue(offset: 232, found: 0)),
    Refusal("slot twice", at: 256, UInt32(1), .duplicate(table: 0, entry: 1)),
    Refusal("slot order", at: 232, UInt32(3), .outOfOrder(table: 0, entry: 1)),
    Refusal("slot outside", at: 280, UInt32(256), .invalidValue(offset: 280, found: 256)),
    Refusal(
      "badge of the own endpoint", at: 248, UInt64(1), .invalidValue(offset: 248, found: 1)),
  ]
}
