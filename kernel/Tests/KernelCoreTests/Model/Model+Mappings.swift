// What mapping means in the model: a frame's capability is at a place in an address space, which it
// covers with some rights.

import CapABI
import KernelCore
import KernelSimulation

extension Action {
  /// Addresses that meet each other, in tables near and far, and at every edge.
  static let addresses: [UInt64] = [
    0x1000, 0x2000, 0x4000, 0x8000, 0x1_0000, 0x4_0000, 0x10_0000, 0x20_0000, 0x4000_0000,
    0x7F_FFFF_F000, 0x80_0000_0000, 0xFFF_FFFF_E000, 0, 0xFFF_FFFF_F000, 0x1000_0000_0000, 0x800,
    0xFFFF_8000_0000_0000,
  ]

  /// Where a frame goes.
  var address: UInt64 { Self.addresses[Int(third) % Self.addresses.count] }

  /// What a mapping allows: mostly something that is possible.
  var access: UInt64 {
    [0x18, 0x18, 0x08, 0x28, 0x28, 0x38, 0x10, 0x48][(steps + Int(badge) + Int(order)) % 8]
  }
}

extension ModelCapability {
  /// The pages that it covers as a mapping.
  var range: Range<UInt64>? {
    guard case .mapping(_, let page) = place else { return nil }
    return UInt64(page)..<UInt64(page) + 1 << UInt64(object.order)
  }
}

extension Model {
  /// The mappings of an address space.
  func mappings(of vspace: ModelObject) -> [ModelCapability] {
    capabilities.values.filter { capability in
      guard case .mapping(vspace.id, _) = capability.place else { return false }
      return true
    }
  }

  /// How many mappings of a frame allow something.
  func mappings(of frame: ModelObject, allowing right: Rights) -> Int {
    capabilities.values.count { $0.object === frame && $0.mapped.contains(right) }
  }

  func checkRetype(_ action: Action, _ caller: ModelObject) throws(SyscallError) {
    let source = try occupied(action.first, caller, .window)
    try vacant(action.second, caller, .window)
    _ = try typed(source, .untyped, .manage)
    guard action.order <= 18 else { throw .invalidArgument }
  }

  func checkMap(_ action: Action, _ caller: ModelObject) throws(SyscallError) {
    let frame = try occupied(action.first, caller, .window)
    let vspace = try addressSpace(action.second, caller)
    guard frame.type == .frame else { throw .wrongType }
    guard [0x08, 0x18, 0x28].contains(action.access) else { throw .invalidArgument }
    let rights = Rights(rawValue: UInt32(action.access))
    guard frame.rights.contains(rights) else { throw .missingRight }
    let size = UInt64(4096) << UInt64(frame.object.order)
    let address = action.address
    guard address > 0, address % size == 0, address < 1 << 44, address + size < 1 << 44 else {
      throw .invalidArgument
    }
    let opposite: Rights? =
      rights.contains(.write) ? .execute : rights.contains(.execute) ? .write : nil
    if let opposite, mappings(of: frame.object, allowing: opposite) > 0 { throw .busy }
    let pages = address >> 12..<(address + size) >> 12
    guard !mappings(of: vspace).contains(where: { $0.range?.overlaps(pages) ?? false }) else {
      throw .exists
    }
  }

  func checkUnmap(_ action: Action, _ caller: ModelObject) throws(SyscallError) {
    let vspace = try addressSpace(action.first, caller)
    try vacant(action.second, caller, .window)
    guard mapping(at: action.address, in: vspace) != nil else { throw .notFound }
  }

  private func mapping(at address: UInt64, in vspace: ModelObject) -> ModelCapability? {
    guard address % 4096 == 0, let page = UInt32(exactly: address >> 12) else { return nil }
    return capabilities[.mapping(vspace: vspace.id, page: page)]
  }

  private func addressSpace(_ slot: UInt32, _ caller: ModelObject) throws(SyscallError)
    -> ModelObject
  {
    let target = try occupied(slot, caller, .window)
    guard target.type == .process else { return try typed(target, .vspace, .manage) }
    let process = try typed(target, .process, .manage)
    guard let vspace = process.vspace else { throw .wrongState }
    return vspace
  }

  func applyMap(_ action: Action, _ caller: ModelObject) {
    guard let frame = capability(action.first, caller), let old = frame.place,
      let vspace = capability(action.second, caller).flatMap({ $0.object.vspace ?? $0.object })
    else { return }
    capabilities[old] = nil
    let place = Place.mapping(vspace: vspace.id, page: UInt32(action.address >> 12))
    frame.place = place
    frame.mapped = Rights(rawValue: UInt32(action.access))
    capabilities[place] = frame
  }

  func applyUnmap(_ action: Action, _ caller: ModelObject) {
    guard let cspace = caller.cspace,
      let vspace = capability(action.first, caller).flatMap({ $0.object.vspace ?? $0.object }),
      let frame = mapping(at: action.address, in: vspace), let old = frame.place
    else { return }
    capabilities[old] = nil
    let place = Place.slot(cspace: cspace.id, index: action.second)
    frame.place = place
    frame.mapped = .none
    capabilities[place] = frame
  }

  /// The number of an address that has a mapping in what a slot names, or the choice itself.
  func mappedAddress(_ slot: UInt32, _ caller: ModelObject, _ choice: UInt32) -> UInt32 {
    guard let vspace = capability(slot, caller)?.object.vspace else { return choice }
    let fitting = Action.addresses.indices.filter {
      mapping(at: Action.addresses[$0], in: vspace) != nil
    }
    return fitting.isEmpty ? choice : UInt32(fitting[Int(choice) % fitting.count])
  }

  /// Pages of records and page tables.
  func pages(ofAddressSpace vspace: ModelObject) -> UInt64 {
    var parts: Set<[UInt64]> = []
    for mapping in mappings(of: vspace) {
      guard let first = mapping.range?.lowerBound else { continue }
      // A leaf has 64 records, a node 1024 entries, a page table 512.
      for (kind, shift) in [(0, 6), (1, 16), (2, 26), (3, 9), (4, 18), (5, 27)]
        as [(UInt64, UInt64)]
      {
        if kind == 3, mapping.object.order >= 9 { continue }
        parts.insert([kind, first >> shift])
      }
    }
    return UInt64(parts.count)
  }
}
