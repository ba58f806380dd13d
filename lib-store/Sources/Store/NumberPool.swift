// Numbers that are taken and given back: free slots of a program's own CSpace.

/// Numbers of a range; those given back are taken first, the newest before the others.
public struct NumberPool {
  private var returned: Region
  private var returnedCount: UInt32 = 0
  private var next: UInt32
  private let end: UInt32

  /// All numbers of a range.
  ///
  /// - Parameters:
  ///   - numbers: The range.
  ///   - region: Room for every number of it, 4 bytes each; where there is less, it is cut.
  public init(_ numbers: Range<UInt32>, in region: Region) {
    returned = region
    next = numbers.lowerBound
    let room = region.capacity(of: UInt32.self)
    end = min(numbers.upperBound, next.addingReportingOverflow(room).partialValue)
  }

  /// How many can still be taken.
  public var count: Int { Int(returnedCount) + Int(end - next) }

  /// Takes a number; nil when none is left.
  public mutating func take() -> UInt32? {
    if returnedCount > 0 {
      returnedCount -= 1
      return returned.load(returnedCount, as: UInt32.self)
    }
    guard next < end else { return nil }
    next += 1
    return next - 1
  }

  /// Gives back a number that was taken.
  public mutating func giveBack(_ number: UInt32) {
    returned.store(number, at: returnedCount)
    returnedCount += 1
  }
}
