// When the loader's phases ended, for the handoff and for the bench.

import Handoff

/// Stamps of the phases so far, in order.
struct PhaseStamps {
  /// Room for every phase.
  private static let capacity = 8

  /// Time-stamp counter when the loader was entered.
  let entryTicks: UInt64
  private var stamps: InlineArray<8, PhaseStamp>
  private(set) var count = 0

  init(entryTicks: UInt64) {
    self.entryTicks = entryTicks
    stamps = InlineArray(repeating: PhaseStamp(phase: .imageRead, ticks: entryTicks))
  }

  /// The stamp at an index below `count`.
  subscript(index: Int) -> PhaseStamp { stamps[index] }

  /// Notes the end of a phase.
  ///
  /// Ending the same phase again, as a retry does, moves its stamp.
  mutating func end(_ phase: PhaseStamp.Phase, at ticks: UInt64) {
    if count > 0, stamps[count - 1].phase == phase { count -= 1 }
    guard count < Self.capacity else { return }
    stamps[count] = PhaseStamp(phase: phase, ticks: ticks)
    count += 1
  }
}

extension PhaseStamp.Phase {
  /// The name in the stamp markers.
  var markerName: StaticString {
    switch self {
    case .imageRead: "IMAGE_READ"
    case .structureChecked: "STRUCTURE_CHECKED"
    case .signatureChecked: "SIGNATURE_CHECKED"
    case .contentsHashed: "CONTENTS_HASHED"
    case .kernelLoaded: "KERNEL_LOADED"
    case .pageTablesBuilt: "PAGE_TABLES_BUILT"
    case .memoryMapTaken: "MEMORY_MAP_TAKEN"
    case .bootServicesLeft: "BOOT_SERVICES_LEFT"
    }
  }
}
