// The rules of the boot configuration and the launch order that follows from them.

import Bootstrap
import Bytes
import CapABI
import Handoff
import Testing

/// One change to a draft, and the broken rule that must be named.
struct BrokenRule: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let error: LaunchRuleError
  let change: @Sendable (inout BootConfigDraft) -> Void

  init(
    _ description: String, _ error: LaunchRuleError,
    _ change: @escaping @Sendable (inout BootConfigDraft) -> Void
  ) {
    testDescription = description
    self.error = error
    self.change = change
  }
}

struct LaunchRulesTests {
  /// The launch order of a draft, as roles.
  func order(
    _ draft: BootConfigDraft, availableMemory: UInt64? = nil
  ) throws -> [RoleID] {
    let bytes = try draft.encoded()
    let config = try BootConfig(decoding: bytes.span.rawBytes)
    let order = try config.checkRules(availableMemory: availableMemory)
    return (0..<order.count).compactMap { order[$0] }.compactMap { config.services[$0]?.role }
  }

  @Test func `the system is launched in the order of the reference`() throws {
    #expect(
      try order(.system) == [
        .rootd, .memd, .vspaced, .pagerd, .procd, .named, .timed, .logd, .crashd, .irqd,
        .deviced, .probed, .hotplugd, .seriald, .shell, .crashTest, .drvSerial,
      ])
  }

  @Test func `the least system is accepted`() throws {
    #expect(try order(.tiny) == [.rootd, .memd])
  }

  @Test func `a dependency moves a service behind a higher role`() throws {
    var draft = BootConfigDraft.system
    draft[.probed].dependencies = [Dependency(.seriald)]
    let roles = try order(draft)
    #expect(roles.suffix(6) == [.hotplugd, .seriald, .probed, .shell, .crashTest, .drvSerial])
  }

  @Test func `a program may have any number from the first on`() throws {
    var draft = BootConfigDraft.system
    draft.services.append(.program(RoleID.firstProgram))
    draft.services.append(.program(.max))
    #expect(try order(draft).suffix(2) == [RoleID(rawValue: 0x1000), RoleID(rawValue: 0xFFFF)])
  }

  @Test func `budgets may take all memory and not a byte more`() throws {
    let total = UInt64(2 << 20)
    #expect(throws: Never.self) { try order(.tiny, availableMemory: total) }
    #expect(throws: LaunchRuleError.budgetExceeded(total: total, available: total - 1)) {
      try order(.tiny, availableMemory: total - 1)
    }
  }

  @Test func `budgets whose sum wraps are refused`() {
    var draft = BootConfigDraft.tiny
    draft[.rootd].entry.budget = .max
    #expect(throws: LaunchRuleError.budgetExceeded(total: .max, available: .max - 1)) {
      try order(draft, availableMemory: .max - 1)
    }
  }

  @Test func `sixty-four services are ordered`() throws {
    var draft = BootConfigDraft.system
    for index in 0..<(64 - draft.services.count) {
      draft.services.append(.program(RoleID.firstProgram + UInt16(index)))
    }
    #expect(try order(draft).count == 64)
    draft.services.append(.program(0x2000))
    #expect(throws: FormatError.tooManyEntries(table: 0, count: 65, limit: 64)) {
      try order(draft)
    }
  }

  @Test(arguments: BrokenRule.launch + BrokenRule.edges + BrokenRule.capabilities)
  func `a broken rule is named`(_ rule: BrokenRule) {
    var draft = BootConfigDraft.system
    rule.change(&draft)
    #expect(throws: rule.error) { try order(draft) }
  }
}

extension ServiceDraft {
  static func program(_ number: UInt16) -> ServiceDraft {
    var service = ServiceDraft(entry: ServiceDraft.system(.named).entry)
    service.entry.role = RoleID(rawValue: number)
    service.entry.launchKind = .program
    return service
  }
}
