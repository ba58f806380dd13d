// CREATE_ENDPOINT, CREATE_NOTIFICATION and CSpaces: objects charged to the owner of the slot that
// they go to. docs/reference/kernel-memory.md, sections 3 and 9.

package import CapABI

/// A checked creation of an object.
package struct CreateObject {
  /// What to make.
  package enum Request: Equatable, Sendable {
    /// An endpoint of a family; users can only make generic ones, which the decoder ensures.
    case endpoint(EndpointKind)
    /// A generic endpoint with a ring for so many one-way messages.
    case ringEndpoint(capacity: UInt32)
    /// A notification.
    case notification
    /// A CSpace with a number of slots.
    case cspace(slotCount: UInt32)
  }

  private let object: Ref<ObjectHeader>
  private let type: CapabilityType
  private let destination: Ref<Slot>
  private let parent: Ref<Slot>?

  /// Checks a request and takes the memory for the object and its slot.
  ///
  /// - Throws: `slotOutOfRange`, `occupiedSlot` for the destination; `invalidArgument` for a slot
  ///   count of 0 or over 2^20, or a capacity of 0 or over `MessageRing.maximumCapacity`;
  ///   `noMemory` when the pool of the CSpace is exhausted or closed.
  package init(
    _ request: Request, in slot: CapSlot, of cspace: Ref<CSpace>, scope: SlotScope,
    space: inout ObjectSpace
  ) throws(SyscallError) {
    let vacancy = try space.vacant(slot, in: cspace, scope)
    if case .cspace(let count) = request {
      guard count > 0, count <= CapSlot.maximumCount else { throw .invalidArgument }
    }
    if case .ringEndpoint(let capacity) = request {
      guard capacity > 0, capacity <= MessageRing.maximumCapacity else { throw .invalidArgument }
    }
    destination = try space.claim(vacancy)
    let pool = cspace.object.table.pool
    guard let object = space.make(request, from: pool) else {
      space.abandon(vacancy)
      throw .noMemory
    }
    self.object = object
    type = request.type
    parent = pool.object.process?.object.budget
  }

  /// Puts the original capability, with every right of its type, into the slot.
  package func invoke(in space: inout ObjectSpace) {
    space.place(
      Slot(object, type: type, rights: type.meaningfulRights), in: destination, under: parent)
  }
}

extension CreateObject.Request {
  fileprivate var type: CapabilityType {
    switch self {
    case .endpoint, .ringEndpoint: .endpoint
    case .notification: .notification
    case .cspace: .cspace
    }
  }
}

extension ObjectSpace {
  /// Makes an object that no capability names yet; nil without memory.
  fileprivate mutating func make(_ request: CreateObject.Request, from pool: Ref<Pool>)
    -> Ref<ObjectHeader>?
  {
    switch request {
    case .endpoint(let family):
      guard let piece = allocatePiece(bytes: MemoryLayout<Endpoint>.size, from: pool) else {
        return nil
      }
      return Ref(piece, initial: Endpoint(header: newHeader(.endpoint), family: family)).header
    case .ringEndpoint(let capacity):
      guard let ring = makeRing(capacity: capacity, from: pool) else { return nil }
      guard let piece = allocatePiece(bytes: MemoryLayout<Endpoint>.size, from: pool) else {
        freeRing(ring)
        return nil
      }
      let endpoint = Endpoint(header: newHeader(.endpoint), family: .generic, ring: ring)
      return Ref(piece, initial: endpoint).header
    case .notification:
      guard let piece = allocatePiece(bytes: MemoryLayout<Notification>.size, from: pool) else {
        return nil
      }
      return Ref(piece, initial: Notification(header: newHeader(.notification))).header
    case .cspace(let slotCount):
      return makeCSpace(slotCount: slotCount, from: pool)?.header
    }
  }
}
