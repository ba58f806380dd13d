// Intake tables: exactly the listed capabilities pass, and each way to differ has its own error.

import CapABI
import Testing

struct IntakeTableTests {
  private static let roles: [RoleID] = (0..<RoleID.knownCount).compactMap(RoleID.known(at:))
  private static let rolesWithTable = roles.filter { IntakeTable(for: $0) != nil }

  /// Descriptors that satisfy the table: the first slot of every run.
  private func exact(_ role: RoleID) throws -> [TransferDescriptor] {
    let table = try #require(IntakeTable(for: role))
    return (0..<table.count).compactMap(table.entry(at:)).map {
      TransferDescriptor(
        slot: $0.slot, type: $0.type, kind: $0.kind, rights: $0.rights, peer: $0.peer)
    }
  }

  private func check(
    _ role: RoleID, _ descriptors: [TransferDescriptor]
  ) throws -> IntakeError? {
    let table = try #require(IntakeTable(for: role))
    do throws(IntakeError) {
      try table.check(descriptorCount: descriptors.count) { descriptors[$0] }
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: rolesWithTable)
  func `the exact set of capabilities passes`(role: RoleID) throws {
    #expect(try check(role, exact(role)) == nil)
  }

  @Test(arguments: rolesWithTable)
  func `rows stand in slot order with rights that their type can have`(role: RoleID) throws {
    let table = try #require(IntakeTable(for: role))
    let entries = (0..<table.count).compactMap(table.entry(at:))
    for (first, second) in zip(entries, entries.dropFirst()) {
      #expect(first.slot.rawValue + first.maximumCount <= second.slot.rawValue)
    }
    for entry in entries {
      #expect(entry.type.meaningfulRights.contains(entry.rights))
      #expect(entry.kind == .generic || entry.type == .endpoint)
      #expect(entry.slot != .null)
      if role != .rootd {
        #expect(entry.slot.rawValue + entry.maximumCount <= StartupSlot.firstDynamic)
      }
    }
  }

  @Test(arguments: rolesWithTable)
  func `each missing row is named`(role: RoleID) throws {
    let all = try exact(role)
    for index in all.indices {
      var fewer = all
      let removed = fewer.remove(at: index)
      #expect(try check(role, fewer) == .missing(removed.slot))
    }
  }

  @Test func `one capability more is unexpected, wherever it stands`() throws {
    var more = try exact(.vspaced)
    more.append(
      TransferDescriptor(slot: CapSlot(rawValue: 3000), type: .frame, rights: .read))
    #expect(try check(.vspaced, more) == .unexpected(CapSlot(rawValue: 3000)))
    more = try exact(.vspaced)
    more.insert(
      TransferDescriptor(slot: CapSlot(rawValue: 7), type: .frame, rights: .read), at: 3)
    #expect(try check(.vspaced, more) == .unexpected(CapSlot(rawValue: 7)))
  }

  @Test func `descriptors out of order or twice are refused`() throws {
    var swapped = try exact(.vspaced)
    swapped.swapAt(4, 5)
    #expect(try check(.vspaced, swapped) == .missing(CapSlot(rawValue: 16)))
    var twice = try exact(.vspaced)
    twice.append(try #require(twice.last))
    #expect(try check(.vspaced, twice) == .outOfOrder(CapSlot(rawValue: 17)))
    var back = try exact(.vspaced)
    back[3].slot = CapSlot(rawValue: 2)
    #expect(try check(.vspaced, back) == .outOfOrder(CapSlot(rawValue: 2)))
  }

  @Test func `another type is refused`() throws {
    var set = try exact(.named)
    set[1].type = .endpoint
    #expect(
      try check(.named, set)
        == .wrongType(StartupSlot.notification, found: .endpoint, expected: .notification))
  }

  @Test func `another family is refused`() throws {
    var set = try exact(.pagerd)
    set[3].kind = .vspace
    #expect(
      try check(.pagerd, set)
        == .wrongKind(CapSlot(rawValue: 8), found: .vspace, expected: .pager))
  }

  @Test func `a right more and a right less are both refused`() throws {
    for rights in [Rights.send | .grant, .none] {
      var set = try exact(.pagerd)
      set[3].rights = rights
      #expect(
        try check(.pagerd, set)
          == .wrongRights(CapSlot(rawValue: 8), found: rights, expected: .send))
    }
  }

  @Test func `another peer is refused`() throws {
    var set = try exact(.pagerd)
    set[4].peer = .procd
    #expect(
      try check(.pagerd, set)
        == .wrongPeer(CapSlot(rawValue: 16), found: .procd, expected: .memd))
  }

  @Test func `a run takes as many as its limit, without gaps`() throws {
    var set = try exact(.memd)
    let first = set.removeLast()
    func run(_ slots: some Sequence<UInt32>) -> [TransferDescriptor] {
      slots.map { slot in
        var descriptor = first
        descriptor.slot = CapSlot(rawValue: slot)
        return descriptor
      }
    }
    let start = first.slot.rawValue
    #expect(try check(.memd, set + run(start..<start + 1024)) == nil)
    #expect(
      try check(.memd, set + run(start...start + 1024))
        == .unexpected(CapSlot(rawValue: start + 1024)))
    #expect(
      try check(.memd, set + run([start, start + 2]))
        == .unexpected(CapSlot(rawValue: start + 2)))
  }

  @Test func `roles of later phases have no table yet`() {
    let later: [RoleID] = [.fbcond, .inputd, .blockd, .drvI8042, .none, RoleID(rawValue: 0x300)]
    #expect(later.allSatisfy { IntakeTable(for: $0) == nil })
  }

  @Test func `a row outside the table is nil`() throws {
    let table = try #require(IntakeTable(for: .named))
    #expect(table.entry(at: -1) == nil)
    #expect(table.entry(at: table.count) == nil)
  }
}
