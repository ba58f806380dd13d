// The protocol of memd: frames and budgets, counted per owner
// (docs/reference/protocols/memd.md has Rights, Errors and Blocks of each operation).

public import CapABI

/// Operations of memd.
public enum MemdOperation: UInt16, ServiceOperation {
  /// Takes a frame.
  case allocateFrame = 0x410
  /// Gives a frame back.
  case freeFrame = 0x411
  /// Takes untyped memory for a process.
  case allocateBudget = 0x412
  /// Gives untyped memory back.
  case freeBudget = 0x413
  /// Takes everything back from a dead owner.
  case reclaimOwner = 0x414
  /// Reads an owner's account.
  case queryOwner = 0x415
  /// Sets how much an owner may hold.
  case setQuota = 0x416
  /// Reads how much memory there is, and how much of it is held.
  case status = 0x417

  /// How each operation travels.
  public var shape: OperationShape {
    switch self {
    case .allocateFrame, .allocateBudget:
      .call(.exactly(16), reply: .exactly(8, capabilities: 1))
    case .freeFrame, .freeBudget: .call(.exactly(8), reply: .empty)
    case .reclaimOwner: .call(.exactly(8), reply: .exactly(8))
    case .queryOwner: .call(.exactly(8), reply: .exactly(32))
    case .setQuota: .call(.exactly(16), reply: .empty)
    case .status: .call(.empty, reply: .exactly(32))
    }
  }
}

/// The faces of memd, as ranges of badges.
public enum MemdFaces {
  /// An owner for itself.
  public static var client: BadgeRange { .publicFace }
  /// procd, vspaced and pagerd, which may name any owner.
  public static var control: BadgeRange { .controlFace }
  /// Tools, which may look at every account.
  public static var tools: BadgeRange { .providerFace }
}

/// Sizes that memd gives out, as powers of two.
public enum MemdLimits {
  /// Frames: `1 << order` pages of 4 KiB; 0 and 9 are the page sizes that can be mapped.
  public static let frameOrders: ClosedRange<UInt8> = 0...9
  /// Budgets: `1 << order` bytes, from one page to 1 TiB.
  public static let budgetOrders: ClosedRange<UInt8> = 12...40
}

/// A request to memd.
///
/// `owner` is the badge whose account is meant. `Badge.none` is the caller itself; only the control
/// face may name another.
public enum MemdRequest: ServiceRequest, Equatable, Sendable {
  /// A frame of `1 << order` pages, all zero.
  case allocateFrame(owner: Badge, order: UInt8)
  /// The frame's memory returns; every capability to it disappears.
  case freeFrame(MemoryHandle)
  /// Untyped memory of `1 << order` bytes.
  case allocateBudget(owner: Badge, order: UInt8)
  /// The budget returns with everything made from it.
  case freeBudget(MemoryHandle)
  /// Everything the owner holds returns, and the account is closed.
  case reclaimOwner(Badge)
  /// The owner's account.
  case queryOwner(Badge)
  /// The owner may hold at most `bytes` from now on; what it holds stays.
  case setQuota(owner: Badge, bytes: UInt64)
  /// The sums of all accounts.
  case status

  /// What is asked for.
  public var operation: MemdOperation {
    switch self {
    case .allocateFrame: .allocateFrame
    case .freeFrame: .freeFrame
    case .allocateBudget: .allocateBudget
    case .freeBudget: .freeBudget
    case .reclaimOwner: .reclaimOwner
    case .queryOwner: .queryOwner
    case .setQuota: .setQuota
    case .status: .status
    }
  }

  /// Reads the fields.
  public init(_ operation: MemdOperation, from reader: inout BodyReader) throws(ProtocolError) {
    switch operation {
    case .allocateFrame:
      self = .allocateFrame(
        owner: try reader.value(), order: try reader.integer(in: MemdLimits.frameOrders))
      try reader.reserved(7)
    case .freeFrame: self = .freeFrame(try reader.value())
    case .allocateBudget:
      self = .allocateBudget(
        owner: try reader.value(), order: try reader.integer(in: MemdLimits.budgetOrders))
      try reader.reserved(7)
    case .freeBudget: self = .freeBudget(try reader.value())
    case .reclaimOwner: self = .reclaimOwner(try reader.value())
    case .queryOwner: self = .queryOwner(try reader.value())
    case .setQuota: self = .setQuota(owner: try reader.value(), bytes: try reader.integer())
    case .status: self = .status
    }
  }

  /// Writes the fields.
  public func write(to writer: inout BodyWriter) throws(ProtocolError) {
    switch self {
    case .allocateFrame(let owner, let order):
      try writer.value(owner)
      try writer.integer(order, in: MemdLimits.frameOrders)
      try writer.reserved(7)
    case .allocateBudget(let owner, let order):
      try writer.value(owner)
      try writer.integer(order, in: MemdLimits.budgetOrders)
      try writer.reserved(7)
    case .freeFrame(let handle), .freeBudget(let handle): try writer.value(handle)
    case .reclaimOwner(let owner), .queryOwner(let owner): try writer.value(owner)
    case .setQuota(let owner, let bytes):
      try writer.value(owner)
      try writer.integer(bytes)
    case .status: break
    }
  }
}

/// What an owner holds, in bytes and pieces.
public struct MemoryAccount: Equatable, Sendable {
  /// Most bytes that it may hold.
  public var quotaBytes: UInt64
  /// Bytes that it holds.
  public var usedBytes: UInt64
  /// Frames that it holds.
  public var frameCount: UInt32
  /// Budgets that it holds.
  public var budgetCount: UInt32
  /// The highest value that `usedBytes` ever had.
  public var peakBytes: UInt64

  /// An account of these figures.
  public init(
    quotaBytes: UInt64, usedBytes: UInt64, frameCount: UInt32, budgetCount: UInt32,
    peakBytes: UInt64
  ) {
    self.quotaBytes = quotaBytes
    self.usedBytes = usedBytes
    self.frameCount = frameCount
    self.budgetCount = budgetCount
    self.peakBytes = peakBytes
  }
}

/// All memory that memd gives out, in bytes and pieces.
public struct MemoryStatus: Equatable, Sendable {
  /// Bytes that it was given.
  public var totalBytes: UInt64
  /// Bytes that owners hold, those of accounts that are being closed included.
  public var usedBytes: UInt64
  /// Open accounts.
  public var accountCount: UInt32
  /// Frames that owners hold.
  public var frameCount: UInt32
  /// Budgets that owners hold.
  public var budgetCount: UInt32

  /// A status of these figures.
  public init(
    totalBytes: UInt64, usedBytes: UInt64, accountCount: UInt32, frameCount: UInt32,
    budgetCount: UInt32
  ) {
    self.totalBytes = totalBytes
    self.usedBytes = usedBytes
    self.accountCount = accountCount
    self.frameCount = frameCount
    self.budgetCount = budgetCount
  }
}

/// A successful reply of memd.
public enum MemdReply: ServiceReply, Equatable, Sendable {
  /// Carries the frame: READ, WRITE, EXECUTE.
  case allocateFrame(MemoryHandle)
  /// Done.
  case freeFrame
  /// Carries the untyped memory: READ, MANAGE.
  case allocateBudget(MemoryHandle)
  /// Done.
  case freeBudget
  /// How many bytes returned.
  case reclaimOwner(bytes: UInt64)
  /// The account.
  case queryOwner(MemoryAccount)
  /// Done.
  case setQuota
  /// The sums.
  case status(MemoryStatus)

  /// What is answered.
  public var operation: MemdOperation {
    switch self {
    case .allocateFrame: .allocateFrame
    case .freeFrame: .freeFrame
    case .allocateBudget: .allocateBudget
    case .freeBudget: .freeBudget
    case .reclaimOwner: .reclaimOwner
    case .queryOwner: .queryOwner
    case .setQuota: .setQuota
    case .status: .status
    }
  }

  /// Reads the fields.
  public init(_ operation: MemdOperation, from reader: inout BodyReader) throws(ProtocolError) {
    switch operation {
    case .allocateFrame: self = .allocateFrame(try reader.value())
    case .freeFrame: self = .freeFrame
    case .allocateBudget: self = .allocateBudget(try reader.value())
    case .freeBudget: self = .freeBudget
    case .reclaimOwner: self = .reclaimOwner(bytes: try reader.integer())
    case .queryOwner:
      self = .queryOwner(
        MemoryAccount(
          quotaBytes: try reader.integer(), usedBytes: try reader.integer(),
          frameCount: try reader.integer(), budgetCount: try reader.integer(),
          peakBytes: try reader.integer()))
    case .setQuota: self = .setQuota
    case .status:
      self = .status(
        MemoryStatus(
          totalBytes: try reader.integer(), usedBytes: try reader.integer(),
          accountCount: try reader.integer(), frameCount: try reader.integer(),
          budgetCount: try reader.integer()))
      try reader.reserved(4)
    }
  }

  /// Writes the fields.
  public func write(to writer: inout BodyWriter) throws(ProtocolError) {
    switch self {
    case .allocateFrame(let handle), .allocateBudget(let handle): try writer.value(handle)
    case .reclaimOwner(let bytes): try writer.integer(bytes)
    case .queryOwner(let account):
      try writer.integer(account.quotaBytes)
      try writer.integer(account.usedBytes)
      try writer.integer(account.frameCount)
      try writer.integer(account.budgetCount)
      try writer.integer(account.peakBytes)
    case .status(let status):
      try writer.integer(status.totalBytes)
      try writer.integer(status.usedBytes)
      try writer.integer(status.accountCount)
      try writer.integer(status.frameCount)
      try writer.integer(status.budgetCount)
      try writer.reserved(4)
    case .freeFrame, .freeBudget, .setQuota: break
    }
  }
}
