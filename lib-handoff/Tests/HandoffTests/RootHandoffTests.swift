// The kernel->root handoff: golden file, round trips, damage, every refusal, the inventory.

import Bytes
import CapABI
import Foundation
import Handoff
import HandoffTesting
import Testing

struct RootHandoffTests {
  let file: [UInt8]

  init() throws {
    file = try RootContents.sample.encoded()
  }

  @Test func `the encoding is the golden file`() throws {
    #expect(try file == golden("root", .module))
  }

  @Test func `decoding gives back what was encoded`() throws {
    #expect(try RootContents(decoding: file) == .sample)
  }

  @Test func `every truncation is refused`() {
    for length in 0..<file.count {
      let needed = length < 80 ? 80 : file.count
      #expect(
        refusal(Array(file[..<length]), RootFormat.self)
          == .truncated(needed: needed, available: length))
    }
  }

  @Test func `every change of a byte of header and directory is refused`() {
    for mutation in mutations(of: file, in: 0..<80) {
      #expect(refusal(mutation.file, RootFormat.self) != nil, "byte \(mutation.offset)")
    }
  }

  @Test func `a changed byte behind the directory is refused or encodes to itself`() throws {
    for mutation in mutations(of: file, in: 80..<file.count) {
      guard let contents = try? RootContents(decoding: mutation.file) else { continue }
      #expect(try contents.encoded() == mutation.file, "byte \(mutation.offset)")
    }
  }

  @Test func `random valid contents survive a round trip`() throws {
    var random = Random(state: 0x5678)
    for _ in 0..<50 {
      let contents = RootContents.random(&random)
      #expect(try RootContents(decoding: contents.encoded()) == contents)
    }
  }

  @Test(arguments: Refusal.rootInfo + Refusal.rootTables)
  func `a file that breaks one rule is refused for that rule`(_ refused: Refusal) {
    #expect(refusal(refused.apply(to: file), RootFormat.self) == refused.error)
  }

  @Test func `a handoff of the other direction is refused`() throws {
    let other = try BootloaderContents.sample.encoded()
    #expect(refusal(other, RootFormat.self) == .badMagic(found: 0x4E4B_4C42_5849_5245))
  }

  @Test func `the complete inventory is what rootd expects`() throws {
    let view = try RootHandoff(decoding: file.span.rawBytes)
    try view.checkInventory()
  }

  @Test func `a capability less is found by the inventory check`() throws {
    var contents = RootContents.sample
    let slot = contents.capabilities.removeLast().descriptor.slot
    let bytes = try contents.encoded()
    #expect(throws: IntakeError.missing(slot)) {
      try RootHandoff(decoding: bytes.span.rawBytes).checkInventory()
    }
  }

  @Test func `a right more is found by the inventory check`() throws {
    var contents = RootContents.sample
    contents.capabilities[4].descriptor.rights = .send | .manage
    let bytes = try contents.encoded()
    let slot = contents.capabilities[4].descriptor.slot
    #expect(
      throws: IntakeError.wrongRights(slot, found: .send | .manage, expected: .send)
    ) {
      try RootHandoff(decoding: bytes.span.rawBytes).checkInventory()
    }
  }

  @Test func `the whole surface is given to smoke images only`() throws {
    var contents = RootContents.sample
    let slot = CapSlot(rawValue: RootSlot.rootEndpoint.rawValue)
    contents.capabilities.insert(
      RootCapability(
        TransferDescriptor(slot: slot, type: .endpoint, kind: .testRoot, rights: .send)), at: 4)
    #expect(throws: Never.self) { try contents.encoded() }
    contents.info.identity.profile = .dev
    #expect(throws: FormatError.invalidValue(offset: 336 + 4 * 24 + 6, found: 0xFFFF)) {
      try contents.encoded()
    }
  }

  @Test func `entropy may be absent or fixed, and fixed not in a release image`() throws {
    var contents = RootContents.sample
    contents.info.entropy.source = .fixed
    #expect(throws: Never.self) { try contents.encoded() }
    contents.info.identity.profile = .release
    #expect(throws: FormatError.invalidValue(offset: 168, found: 3)) { try contents.encoded() }
    contents.info.entropy = .absent
    #expect(throws: Never.self) { try contents.encoded() }
  }

  @Test(arguments: [(12, true), (48, true), (11, false), (49, false)])
  func `untyped sizes reach from a page to 2 to the 48`(_ bits: Int, _ isAccepted: Bool) {
    var contents = RootContents.sample
    contents.untypeds = [
      RootUntyped(base: 0, slot: CapSlot(rawValue: 2560), sizeBits: UInt8(bits), isDevice: true)
    ]
    let offset = RootContents.untypedOffset + 12
    if isAccepted {
      #expect(throws: Never.self) { try contents.encoded() }
    } else {
      #expect(throws: FormatError.invalidValue(offset: offset, found: UInt64(bits))) {
        try contents.encoded()
      }
    }
  }
}
