// A CALL on an endpoint of the kernel as a value: which operation, which words. The functions that
// make them, one per operation, stand in Control/, and docs/reference/control/ has the layouts.

public import CapABI
public import IPC

/// A control operation with its arguments.
public struct ControlCall: Equatable, Sendable {
  /// Which operation; any number, for those who test the kernel.
  public var operation: UInt16
  /// Bytes of the payload; the first 32 are the words.
  public var length: UInt16
  /// The arguments.
  public var words: MessageWords

  /// An operation with arguments in words.
  ///
  /// `length` is the bytes of the payload: the four words unless said otherwise.
  public init(
    _ operation: ControlOperation, length: UInt16 = 32, _ words: MessageWords = MessageWords()
  ) {
    self.operation = operation.rawValue
    self.length = length
    self.words = words
  }

  /// Two slot numbers in one word, the second in the upper half.
  static func pair(_ first: CapSlot, _ second: CapSlot) -> UInt64 {
    UInt64(first.rawValue) | UInt64(second.rawValue) << 32
  }

  /// Executes the operation.
  ///
  /// - Parameter endpoint: An endpoint of a family that accepts the operation.
  /// - Returns: The reply; `code` says how it ended.
  @inline(__always)
  public func perform(on endpoint: CapSlot) -> Answer {
    SystemCall.call(endpoint, MessageTag(label: operation, length: length), words)
  }
}

extension Answer {
  /// How a CALL ended: the system call's own status or, if that is OK, the reply's result.
  public var code: ResultCode { status == .ok ? tag.result : status }
}
