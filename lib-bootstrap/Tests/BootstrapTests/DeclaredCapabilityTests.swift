// What a declared capability says about its slots and its use.

import Bootstrap
import CapABI
import Testing

struct DeclaredCapabilityTests {
  private let peer = TransferDescriptor(
    slot: CapSlot(rawValue: 16), type: .endpoint, rights: .send, peer: .named,
    badge: Badge(rawValue: 7))

  @Test func `the last slot of a run does not wrap`() {
    let descriptor = TransferDescriptor(
      slot: CapSlot(rawValue: .max), type: .frame, rights: .read)
    #expect(DeclaredCapability(descriptor, count: .max).endSlot == 0x1_FFFF_FFFE)
  }

  @Test func `a capability with a peer and SEND can send`() {
    #expect(DeclaredCapability(peer).canSend)
    #expect(DeclaredCapability(peer, flags: .acquired).canSend)
  }

  @Test func `without SEND, without a peer and in custody it cannot`() {
    var receiver = peer
    receiver.rights = .receive
    var own = peer
    own.peer = .none
    #expect(!DeclaredCapability(receiver).canSend)
    #expect(!DeclaredCapability(own).canSend)
    #expect(!DeclaredCapability(peer, flags: .all).canSend)
  }
}
