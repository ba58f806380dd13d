// The form of the boot configuration: golden file, round trips, damage, and every refusal of form.

import Bootstrap
import Bytes
import CapABI
import Foundation
import Handoff
import HandoffTesting
import Testing

struct BootConfigTests {
  let file: [UInt8]

  init() throws {
    file = try BootConfigDraft.tiny.encoded()
  }

  @Test func `the encoding is the golden file`() throws {
    #expect(try file == golden("boot-config", .module))
  }

  @Test(arguments: [BootConfigDraft.tiny, .system])
  func `decoding gives back what was encoded`(_ draft: BootConfigDraft) throws {
    let bytes = try draft.encoded()
    let decoded = try BootConfigDraft(decoding: bytes.span.rawBytes)
    #expect(try decoded.encoded() == bytes)
    #expect(decoded.services.map(\.capabilities) == draft.services.map(\.capabilities))
    #expect(decoded.services.map(\.edges) == draft.services.map(\.edges))
    #expect(decoded.services.map(\.dependencies) == draft.services.map(\.dependencies))
    #expect(decoded.services.map(\.faces) == draft.services.map(\.faces))
    #expect(decoded.info == draft.info)
  }

  @Test func `every truncation is refused`() {
    for length in 0..<file.count {
      let needed = length < 112 ? 112 : file.count
      #expect(
        refusal(Array(file[..<length]), BootConfigFormat.self)
          == .truncated(needed: needed, available: length))
    }
  }

  @Test func `one byte more is refused`() {
    #expect(
      refusal(file + [0], BootConfigFormat.self) == .trailing(offset: file.count, count: 1))
  }

  @Test func `every change of a byte of header and directory is refused`() {
    for mutation in mutations(of: file, in: 0..<112) {
      #expect(
        refusal(mutation.file, BootConfigFormat.self) != nil, "byte \(mutation.offset)")
    }
  }

  @Test func `a changed byte behind the directory is refused or encodes to itself`() throws {
    for mutation in mutations(of: file, in: 112..<file.count) {
      let bytes = mutation.file
      guard let draft = try? BootConfigDraft(decoding: bytes.span.rawBytes) else { continue }
      #expect(try draft.encoded() == bytes, "byte \(mutation.offset)")
      _ = try? BootConfig(decoding: bytes.span.rawBytes).checkRules()
    }
  }

  @Test func `random valid contents survive a round trip`() throws {
    var random = Random(state: 0x9ABC)
    for _ in 0..<20 {
      let draft = BootConfigDraft.random(&random)
      let bytes = try draft.encoded()
      #expect(try BootConfigDraft(decoding: bytes.span.rawBytes).encoded() == bytes)
    }
  }

  @Test(arguments: Refusal.bootConfig)
  func `a file that breaks one rule of form is refused for it`(_ refused: Refusal) {
    #expect(refusal(refused.apply(to: file), BootConfigFormat.self) == refused.error)
  }

  @Test func `a fixed seed is carried, and refused in release and when zero`() throws {
    var draft = BootConfigDraft.tiny
    var seed = FixedBytes<64>()
    draft.info.fixedSeed = seed
    #expect(throws: FormatError.invalidValue(offset: 136, found: 0)) { try draft.encoded() }
    seed[0] = 1
    draft.info.fixedSeed = seed
    let bytes = try draft.encoded()
    #expect(try BootConfigDraft(decoding: bytes.span.rawBytes).info == draft.info)
    draft.info.switches = CommandSwitches()
    draft.info.profile = .release
    #expect(throws: FormatError.invalidValue(offset: 116, found: 1)) { try draft.encoded() }
  }

  @Test func `switches are refused outside smoke images`() {
    var draft = BootConfigDraft.tiny
    draft.info.profile = .dev
    #expect(throws: FormatError.nonzeroReserved(offset: 120)) { try draft.encoded() }
  }

  @Test func `services out of order are refused`() {
    var draft = BootConfigDraft.tiny
    draft.services.reverse()
    #expect(throws: FormatError.outOfOrder(table: 0, entry: 1)) { try draft.encoded() }
  }

  @Test func `dependencies are in order and listed once`() {
    var draft = BootConfigDraft.tiny
    draft[.memd].dependencies = [Dependency(.rootd), Dependency(.rootd)]
    #expect(throws: FormatError.duplicate(table: 1, entry: 1)) { try draft.encoded() }
    draft[.memd].dependencies = [Dependency(.procd), Dependency(.rootd)]
    #expect(throws: FormatError.outOfOrder(table: 1, entry: 1)) { try draft.encoded() }
  }

  @Test func `edges are in order and listed once`() {
    var draft = BootConfigDraft.tiny
    draft[.memd].edges.append(draft[.memd].edges[0])
    #expect(throws: FormatError.duplicate(table: 2, entry: 1)) { try draft.encoded() }
    draft[.memd].edges[1].badge = Badge(rawValue: 1)
    #expect(throws: FormatError.outOfOrder(table: 2, entry: 1)) { try draft.encoded() }
  }

  @Test func `capability slots are in order and do not overlap`() {
    var draft = BootConfigDraft.tiny
    let first = draft[.rootd].capabilities.count
    draft[.memd].capabilities[1].descriptor.slot = CapSlot(rawValue: 1)
    #expect(throws: FormatError.overlap(table: 3, entry: first + 1)) { try draft.encoded() }
    draft[.memd].capabilities[0].descriptor.slot = CapSlot(rawValue: 2)
    #expect(throws: FormatError.outOfOrder(table: 3, entry: first + 1)) { try draft.encoded() }
  }

  @Test func `faces are in order and do not overlap`() {
    var draft = BootConfigDraft.tiny
    draft[.rootd].faces[1].first = draft[.rootd].faces[0].last
    #expect(throws: FormatError.overlap(table: 4, entry: 1)) { try draft.encoded() }
    draft[.rootd].faces.swapAt(0, 1)
    #expect(throws: FormatError.outOfOrder(table: 4, entry: 1)) { try draft.encoded() }
  }
}

extension BootConfigDraft {
  /// The system with random numbers wherever the form leaves a choice.
  static func random(_ random: inout Random) -> BootConfigDraft {
    var draft = system
    draft.services.removeAll { _ in UInt8.random(in: 0...3, using: &random) == 0 }
    if draft.services.isEmpty { draft.services = [.system(.memd)] }
    for index in draft.services.indices {
      draft.services[index].entry.priority = UInt8.random(in: 0...255, using: &random)
      draft.services[index].entry.affinity = random.next()
      draft.services[index].entry.budget = random.next()
      draft.services[index].entry.cspaceSlots = UInt32.random(in: 0...(.max), using: &random)
      draft.services[index].entry.watchdogMilliseconds = UInt32.random(
        in: 0...(.max), using: &random)
      draft.services[index].edges.removeAll { _ in Bool.random(using: &random) }
      draft.services[index].capabilities.removeAll { _ in Bool.random(using: &random) }
    }
    return draft
  }
}
