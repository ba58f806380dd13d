// What services of the tests are made of.

import Bytes
import CapABI
import ELFTesting
import IPC
import ServiceTesting

/// The module of the tests.
enum ELFSample {
  static var bytes: [UInt8] { Sample.pie().bytes }
}

extension TestMessage {
  /// A successful reply of the kernel.
  static func words(_ words: [UInt64] = [0, 0, 0, 0]) -> TestMessage {
    let body = words.flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) }
    }
    return TestMessage(MessageTag(label: 0, length: UInt16(body.count)), body)
  }
}

extension World {
  /// Descriptors and capabilities that every service of the tests starts with.
  static func surface(
    _ role: RoleID, supervisor: RoleID = .procd
  ) -> [(TransferDescriptor, TestCapability)] {
    let client = Badge(rawValue: 0x1_0000 + UInt64(role.rawValue))
    let report = Badge(rawValue: 0x5_0000 + UInt64(role.rawValue))
    let name = "\(role.rawValue)"
    return [
      (
        descriptor(1, .endpoint, .send | .receive),
        TestCapability(.endpoint, .send | .receive | .grant, name: "endpoint " + name)
      ),
      (
        descriptor(2, .notification, .receive),
        TestCapability(.notification, .receive, name: "notification " + name)
      ),
      (
        descriptor(3, .endpoint, .send, peer: supervisor, badge: report),
        TestCapability(.endpoint, .send | .grant, name: "supervisor")
      ),
      (
        descriptor(5, .endpoint, .send | .grant, peer: .named, badge: client),
        TestCapability(.endpoint, .send | .grant, name: "named")
      ),
      (
        descriptor(7, .endpoint, .send, peer: .pagerd, badge: client),
        TestCapability(.endpoint, .send, name: "pagerd")
      ),
      (
        descriptor(8, .endpoint, .send, kind: .time),
        TestCapability(.endpoint, .send, kind: .time, name: "time")
      ),
    ]
  }

  static func descriptor(
    _ slot: UInt32, _ type: CapabilityType, _ rights: Rights, kind: EndpointKind = .generic,
    peer: RoleID = .none, badge: Badge = .none
  ) -> TransferDescriptor {
    TransferDescriptor(
      slot: CapSlot(rawValue: slot), type: type, kind: kind, rights: rights, peer: peer,
      badge: badge)
  }

  static func launch(_ role: RoleID, module: UInt32 = 0) -> ServiceLaunch {
    ServiceLaunch(
      role: role, name: serviceName("role-\(role.rawValue)"), moduleIndex: module, priority: 150,
      affinity: 0xF, budgetBytes: 1 << 20, slotCount: 256,
      syscalls: .all.subtracting(SyscallFilter(.rootdReport)),
      restart: RestartPolicy(
        mode: .onFailure, maximumRestarts: 3, windowSeconds: 60, firstBackOffMilliseconds: 100,
        longestBackOffMilliseconds: 300),
      watchdogMilliseconds: 2000)
  }

  static func serviceName(_ text: String) -> ServiceName {
    let bytes = Array(text.utf8)
    guard let name = ServiceName(bytes.span.rawBytes) else {
      preconditionFailure("the test names a wrong name")
    }
    return name
  }
}
