// QUERY_LOCAL_CAP and QUERY_CAP. docs/reference/kernel-memory.md, section 9.

package import CapABI

/// What a caller may know about one of its slots.
package struct CapabilityDescription: Equatable, Sendable {
  /// The type; null for an empty slot.
  package let type: CapabilityType
  /// The rights.
  package let rights: Rights
  /// The family of an endpoint; generic for everything else.
  package let family: EndpointKind
  /// Pages of untyped memory, a frame or a device frame; 0 for everything else.
  package let pageCount: UInt64
  /// Pages of untyped memory from which nothing is made; 0 for everything else.
  package let freePageCount: UInt64

  /// Reads a slot.
  ///
  /// - Throws: `slotOutOfRange`. An empty slot is an answer, not an error.
  package init(
    of slot: CapSlot, in caller: Ref<CSpace>, scope: SlotScope, space: inout ObjectSpace
  ) throws(SyscallError) {
    let index = try caller.index(slot, scope)
    guard let found = caller.object.table.slot(index, in: space.frames),
      let object = found.object.object
    else {
      type = .null
      rights = .none
      family = .generic
      pageCount = 0
      freePageCount = 0
      return
    }
    type = found.object.type
    rights = found.object.rights
    family = type == .endpoint ? object.cast(to: Endpoint.self).object.family : .generic
    pageCount = Self.pageCount(of: object, type)
    // Of a page that is used in part, the free pieces are not a page.
    freePageCount =
      type == .untyped ? object.cast(to: Pool.self).object.freeBytes >> 12 : 0
  }

  private static func pageCount(of object: Ref<ObjectHeader>, _ type: CapabilityType) -> UInt64 {
    switch type {
    case .frame: UInt64(object.cast(to: Frame.self).object.pageCount)
    case .deviceFrame: 1 << UInt64(object.cast(to: DeviceFrame.self).object.order)
    case .deviceUntyped: object.cast(to: DeviceUntyped.self).object.pageCount
    case .untyped: object.cast(to: Pool.self).object.base.map { 1 << UInt64($0.order) } ?? 0
    default: 0
    }
  }
}
