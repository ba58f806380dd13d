// The small number types: what they accept from outside, and what they promise about each other.

import CapABI
import Testing

struct FlagSetTests {
  @Test func `reserved bits are refused from outside`() {
    #expect(Rights(validating: Rights.all.rawValue) == .all)
    #expect(Rights(validating: Rights.all.rawValue + 1) == nil)
    #expect(Rights(validating: 1 << 31) == nil)
    #expect(SyscallFilter(validating: 1 << 13) == nil)
    #expect(MessageFlags(validating: 1 << 3) == nil)
    #expect(PlatformCapabilities(validating: 1 << 6) == nil)
  }

  @Test func `set operations work on bits`() {
    let both: Rights = .send | .grant
    #expect(both.contains(.send))
    #expect(!both.contains(.receive))
    #expect(!Rights.send.contains(both))
    #expect(both & .grant == .grant)
    #expect(both.subtracting(.send) == .grant)
    #expect(both.contains(.none))
    #expect(Rights.none.isEmpty && !both.isEmpty)
  }

  @Test func `attenuation never adds a right`() {
    for held in 0...Rights.all.rawValue {
      for mask in 0...Rights.all.rawValue {
        let result = Rights(rawValue: held).attenuated(to: Rights(rawValue: mask))
        #expect(Rights(rawValue: held).contains(result))
        #expect(Rights(rawValue: mask).contains(result))
      }
    }
  }

  @Test func `a syscall filter has one bit for each call`() {
    var seen = SyscallFilter.none
    for call in Syscall.allCases {
      let bit = SyscallFilter(call)
      #expect(bit.rawValue.nonzeroBitCount == 1)
      #expect((seen & bit).isEmpty)
      seen = seen | bit
    }
    #expect(seen == .all)
  }
}

struct CapabilityTypeTests {
  @Test func `unknown type numbers are refused`() {
    #expect(CapabilityType(rawValue: 12) == .process)
    #expect(CapabilityType(rawValue: 13) == nil)
  }

  @Test func `only endpoints and notifications carry badges`() {
    #expect(CapabilityType.allCases.filter(\.canBeBadged) == [.endpoint, .notification])
  }

  @Test func `replies and grants only move`() {
    #expect(CapabilityType.allCases.filter { !$0.canBeCopied } == [.null, .reply, .installGrant])
  }

  @Test func `device memory is never executable`() {
    #expect(!CapabilityType.deviceFrame.meaningfulRights.contains(.execute))
  }
}

struct ResultCodeTests {
  @Test func `every code up to the last has a name of its own and none has one behind it`() {
    let names = (0...ResultCode.last.rawValue).compactMap {
      ResultCode(rawValue: $0).name?.description
    }
    #expect(Set(names).count == Int(ResultCode.last.rawValue) + 1)
    #expect(ResultCode(rawValue: ResultCode.last.rawValue + 1).name == nil)
  }
}

struct DebugExitTests {
  @Test func `the emulator ends with twice the code plus one`() {
    #expect(DebugExit.rootdReady.emulatorStatus == 33)
    #expect(DebugExit.serviceFailure.emulatorStatus == 41)
  }
}

struct RoleTests {
  @Test func `there are 25 services and 5 drivers with distinct names and numbers`() {
    let roles = (0..<RoleID.knownCount).compactMap(RoleID.known(at:))
    #expect(roles.filter { !$0.isDriver }.count == 25)
    #expect(roles.filter(\.isDriver).count == 5)
    #expect(Set(roles.map(\.rawValue)).count == roles.count)
    #expect(Set(roles.compactMap { $0.name?.description }).count == roles.count)
  }

  @Test func `a role is found by its name`() {
    #expect(RoleID(name: "drv-serial") == .drvSerial)
    #expect(RoleID(name: "drv-serial ") == nil)
    #expect(RoleID(name: "") == nil)
  }

  @Test func `an index outside the list gives no role`() {
    #expect(RoleID.known(at: -1) == nil)
    #expect(RoleID.known(at: RoleID.knownCount) == nil)
  }

  @Test func `an unknown number has neither name nor phase`() {
    #expect(RoleID(rawValue: 0x06).name == nil)
    #expect(RoleID(rawValue: 0x06).phase == nil)
    #expect(!RoleID.none.isDriver)
  }
}
