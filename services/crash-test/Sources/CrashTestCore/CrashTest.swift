// crash-test: ends as it is told (docs/reference/protocols/crash-test.md), so that a person sees
// what the system does about a service that fails.

public import CapABI
public import IPC
public import Service
public import Sys

/// Who ends the process; a test only writes down how.
public protocol Ending {
  /// Ends the process.
  mutating func end(_ choice: FaultChoice)
}

/// The service.
public struct CrashTest<E: Ending>: Server {
  /// How it ends.
  public private(set) var ending: E

  /// A service that ends so.
  public init(_ ending: E) {
    self.ending = ending
  }

  /// Ends the process.
  public mutating func answer<S: System>(
    _ message: Message, _ system: inout S
  ) throws(ResultCode) -> Reply {
    guard CrashTestFaces.client.contains(message.badge) else { throw .denied }
    switch try system.decode(message, as: CrashTestRequest.self) {
    case .fault(let choice): ending.end(choice)
    }
    // It is still there, so something is wrong with it.
    throw .internal
  }
}
