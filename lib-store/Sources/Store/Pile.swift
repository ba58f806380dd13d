// Places of one size in a region: taken, given back, taken again. Tables keep their records in one.

/// A place in a pile.
///
/// An index, so that a link between records is 4 bytes and survives copying.
public struct Place: Equatable, Sendable, BitwiseCopyable {
  /// The index: below the most records that the pile ever had at once.
  public let index: UInt32

  /// No place.
  public static let none = Place(index: .max)
}

/// Records of one type in a region; places are reused, newest first.
///
/// Memory is touched only as records are added, so a region that appears on demand costs what is
/// in use.
public struct Pile<Record: BitwiseCopyable> {
  /// What stands at a place that is free: the next free one.
  private struct Hole: BitwiseCopyable {
    var next: UInt32
  }

  private var region: Region
  private let stride: Int
  private var firstHole = UInt32.max
  private var untouched: UInt32 = 0
  /// How many records there are.
  public private(set) var count = 0

  /// An empty pile.
  ///
  /// - Parameter region: Its memory decides how many records there can be.
  public init(in region: Region) {
    self.region = region
    stride = MemoryLayout<Record>.stride
    assert(stride >= MemoryLayout<Hole>.size && stride.isMultiple(of: MemoryLayout<Hole>.stride))
  }

  /// The most records that fit.
  public var capacity: Int { Int(region.capacity(of: Record.self)) }

  /// Adds a record; nil when the region is full.
  public mutating func add(_ record: Record) -> Place? {
    let index: UInt32
    if firstHole != .max {
      index = firstHole
      firstHole = region.load(holeIndex(index), as: Hole.self).next
    } else {
      guard untouched < region.capacity(of: Record.self) else { return nil }
      index = untouched
      untouched += 1
    }
    region.store(record, at: index)
    count += 1
    return Place(index: index)
  }

  /// Gives a place back; it must hold a record.
  public mutating func remove(_ place: Place) {
    region.store(Hole(next: firstHole), at: holeIndex(place.index))
    firstHole = place.index
    count -= 1
  }

  /// The record at a place that holds one.
  public subscript(place: Place) -> Record {
    @inline(__always) get { region.load(place.index, as: Record.self) }
    @inline(__always) set { region.store(newValue, at: place.index) }
  }

  /// The place with an index if a record ever stood there, which may be gone.
  ///
  /// In a pile from which nothing is removed, records have the indexes 0, 1, 2 and so on.
  public func place(at index: UInt32) -> Place? { index < untouched ? Place(index: index) : nil }

  /// The index, among holes, of the one that begins where record `index` does.
  private func holeIndex(_ index: UInt32) -> UInt32 {
    index * UInt32(stride / MemoryLayout<Hole>.stride)
  }
}
