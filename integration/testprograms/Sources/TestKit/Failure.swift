// Why a case failed: the line, what was found there, what should have been.

public import CapABI

/// A condition that did not hold.
public struct Failure: Error {
  /// The line of the test's source.
  public let line: UInt
  /// What was found.
  public let found: UInt64
  /// What should have been found.
  public let expected: UInt64

  /// A failure at a line.
  public init(line: UInt, found: UInt64, expected: UInt64) {
    self.line = line
    self.found = found
    self.expected = expected
  }
}

/// Requires a result code.
///
/// - Throws: `Failure` for another one.
@inline(never)
public func expect(
  _ found: ResultCode, _ expected: ResultCode = .ok, line: UInt = #line
) throws(Failure) {
  guard found == expected else {
    throw Failure(
      line: line, found: UInt64(found.rawValue), expected: UInt64(expected.rawValue))
  }
}

/// Requires a value.
///
/// - Throws: `Failure` for another one.
@inline(never)
public func expect(
  _ found: UInt64, equals expected: UInt64, line: UInt = #line
) throws(Failure) {
  guard found == expected else { throw Failure(line: line, found: found, expected: expected) }
}

/// Requires a condition.
///
/// - Throws: `Failure` when it does not hold.
@inline(never)
public func expect(_ holds: Bool, line: UInt = #line) throws(Failure) {
  guard holds else { throw Failure(line: line, found: 0, expected: 1) }
}
