// Which firmware memory may be read, and the valid tables in it, found once at boot. Their number
// is the firmware's.

package import KernelMachine

/// ACPI memory and the tables in it.
package struct FirmwareRegistry {
  private var regionPage = FrameNumber.none
  private var tablePage = FrameNumber.none
  private var regionCount = 0
  private var tableCount = 0
  /// What the fixed table says, if there is one.
  package private(set) var fixedTable: FixedTable?

  init() {}

  /// Whether no valid table is known.
  var isEmpty: Bool { tableCount == 0 }

  /// Takes over two clean pages.
  mutating func use(regions: FrameNumber, tables: FrameNumber) {
    regionPage = regions
    tablePage = tables
  }

  /// Adds a region; what does not fit on the page is not read.
  mutating func allow(start: UInt64, count: UInt64, in frames: FrameTable) {
    guard !regionPage.isNone else { return }
    let regions = frames.table(of: TableRange.self, in: regionPage)
    guard regionCount < regions.count else { return }
    regions[regionCount].object = TableRange(start: start, count: count, signature: 0)
    regionCount += 1
  }

  /// Finds the tables reachable from a root pointer.
  mutating func findTables<M: Machine>(
    from root: PhysicalAddress, on machine: M.Type, in frames: FrameTable
  ) {
    guard !regionPage.isNone else { return }
    let memory = window(of: M.self, in: frames)
    let tables = frames.table(of: TableRange.self, in: tablePage)
    var walk = TableWalk(root: root.rawValue, in: memory)
    while tableCount < tables.count, let table = walk.next(in: memory) {
      tables[tableCount].object = table
      tableCount += 1
      if table.signature == TableWalk.signature("FACP") {
        fixedTable = FixedTable(table, in: memory)
      }
    }
  }

  /// The memory of all regions.
  package func window<M: Machine>(of machine: M.Type, in frames: FrameTable) -> FirmwareWindow<M> {
    FirmwareWindow(frames.table(of: TableRange.self, in: regionPage), count: regionCount)
  }

  /// Whether a window lies inside one valid table.
  func covers(_ address: UInt64, count: UInt64, in frames: FrameTable) -> Bool {
    for index in 0..<tableCount where table(index, in: frames).contains(address, count: count) {
      return true
    }
    return false
  }

  /// The first valid table with a signature.
  package func table(_ signature: UInt32, in frames: FrameTable) -> TableRange? {
    for index in 0..<tableCount where table(index, in: frames).signature == signature {
      return table(index, in: frames)
    }
    return nil
  }

  private func table(_ index: Int, in frames: FrameTable) -> TableRange {
    frames.table(of: TableRange.self, in: tablePage)[index].object
  }
}
