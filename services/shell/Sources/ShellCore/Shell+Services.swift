// Services by name: the boot configuration says which there are, procd how they fare.

import Bootstrap
import CapABI
import Handoff
import IPC
import Runtime
import Service
import Sys

/// What procd says about the services of the boot configuration, by their places there.
struct ServiceRecords {
  private var processes = [64 of UInt32](repeating: 0)
  private var states = [64 of UInt8](repeating: 0)
  private var restarts = [64 of UInt32](repeating: 0)
  private var starts = [64 of UInt64](repeating: 0)

  mutating func enter(_ record: ProcessRecord, at index: Int) {
    processes[index] = record.process.rawValue
    states[index] = record.state.rawValue
    restarts[index] = record.restartCount
    starts[index] = record.startNanoseconds
  }

  /// procd's number of the latest process; nil when it never had one.
  func process(_ index: Int) -> ProcessID? {
    processes[index] == 0 ? nil : ProcessID(rawValue: processes[index])
  }

  func state(_ index: Int) -> ProcessState? { ProcessState(rawValue: states[index]) }
  func restartCount(_ index: Int) -> UInt32 { restarts[index] }
  func start(_ index: Int) -> UInt64 { starts[index] }
}

extension ProcessState {
  /// The state in a word.
  var word: StaticString {
    switch self {
    case .staged: "staged"
    case .starting: "starting"
    case .running: "running"
    case .ended: "ended"
    case .restarting: "restarting"
    case .failed: "failed"
    }
  }
}

extension Shell {
  /// How many services are looked at; no boot configuration has more.
  static func count(_ config: borrowing BootConfig) -> Int {
    min(config.services.count, BootConfig.maximumServiceCount)
  }

  /// The place of a role in the boot configuration.
  static func index(of role: RoleID, _ config: borrowing BootConfig) -> Int? {
    for index in 0..<count(config) where config.services[index]?.role == role { return index }
    return nil
  }

  /// The service that a word names.
  ///
  /// - Throws: `unknownService`.
  static func service(
    _ word: Int, of words: Words, _ config: borrowing BootConfig
  ) throws(ShellError) -> (index: Int, entry: ServiceEntry) {
    let name = words.line(word)
    for index in 0..<count(config) {
      guard let entry = config.services[index] else { continue }
      var known = TextLine()
      known.append(entry.role)
      if known.isSame(as: name) { return (index, entry) }
    }
    throw .unknownService(word: word)
  }

  /// Everything that procd knows about the services.
  mutating func records(
    _ config: borrowing BootConfig
  ) throws(ShellError) -> ServiceRecords {
    var records = ServiceRecords()
    var cursor = ProcessID.none
    while true {
      do throws(ResultCode) {
        let reply: ProcdReply = try ask(ProcdRequest.query(cursor: cursor), of: Peer.procd)
        guard case .query(let record) = reply else { throw .internal }
        if let index = Self.index(of: record.role, config) { records.enter(record, at: index) }
        guard record.process.rawValue < .max else { return records }
        cursor = ProcessID(rawValue: record.process.rawValue + 1)
      } catch {
        guard error == .notFound else { throw .refused("procd", error) }
        return records
      }
    }
  }

  // MARK: services

  /// `services`.
  mutating func showServices() throws(ShellError) {
    let file = configuration
    guard let config = file.bootConfig else { throw .said("there is no boot configuration") }
    let records = try records(config)
    let census = try takeCensus(config)
    say("NAME              STATE       RESTARTS    MEMORY     LIMIT  MESSAGES          UP")
    let time = now
    for index in 0..<Self.count(config) {
      guard let entry = config.services[index] else { continue }
      var line = TextLine()
      line.append(entry.role)
      line.pad(to: 18)
      let isFoundation = entry.launchKind == .kernel || entry.launchKind == .rootd
      let state = records.state(index)
      line.append(isFoundation ? "running" : state?.word ?? "not started")
      line.right(UInt64(records.restartCount(index)), endingAt: 38)
      addMemory(entry, isFoundation, config, &line)
      let counters = counters(of: census.process(index))
      line.right(counters?.messages ?? 0, endingAt: 68)
      let isUp = isFoundation || state == .running || state == .starting
      let start = isFoundation ? 0 : records.start(index)
      line.right(isUp ? .duration(time - min(start, time)) : TextLine("-"), endingAt: 80)
      say(line)
    }
  }

  /// What a service holds and may hold.
  private mutating func addMemory(
    _ entry: ServiceEntry, _ isFoundation: Bool, _ config: borrowing BootConfig,
    _ line: inout TextLine
  ) {
    let account = isFoundation ? nil : account(of: entry, config)
    if let account {
      line.right(.size(account.usedBytes), endingAt: 48)
      line.right(.size(account.quotaBytes), endingAt: 58)
    } else {
      // All memory of the foundation is there from the start.
      line.right(isFoundation ? .size(entry.budget) : TextLine("-"), endingAt: 48)
      line.right(.size(entry.budget), endingAt: 58)
    }
  }

  /// The account of a service at memd, whose owner is the badge with which its faults arrive.
  mutating func account(
    of entry: ServiceEntry, _ config: borrowing BootConfig
  ) -> MemoryAccount? {
    let declared = config.capabilities(of: entry)
    for place in 0..<declared.count {
      guard let descriptor = declared[place]?.descriptor, descriptor.slot == StartupSlot.pager
      else { continue }
      let reply: MemdReply? = try? ask(
        MemdRequest.queryOwner(descriptor.badge), of: Peer.memd)
      if case .queryOwner(let account)? = reply { return account }
    }
    return nil
  }

  // MARK: mem

  /// `mem`.
  mutating func showMemory() throws(ShellError) {
    let file = configuration
    guard let config = file.bootConfig else { throw .said("there is no boot configuration") }
    let status: MemoryStatus
    do throws(ResultCode) {
      guard case .status(let found) = try ask(MemdRequest.status, of: Peer.memd, MemdReply.self)
      else { throw .internal }
      status = found
    } catch {
      throw .refused("memd", error)
    }
    let free = status.totalBytes - min(status.usedBytes, status.totalBytes)
    tellSize("memory for services:", status.totalBytes)
    tellSize("held:", status.usedBytes)
    tellSize("free:", free)
    say("NAME                 HELD      MOST     LIMIT   FRAMES  BUDGETS")
    for index in 0..<Self.count(config) {
      guard let entry = config.services[index], let account = account(of: entry, config) else {
        continue
      }
      var line = TextLine()
      line.append(entry.role)
      line.right(.size(account.usedBytes), endingAt: 25)
      line.right(.size(account.peakBytes), endingAt: 35)
      line.right(.size(account.quotaBytes), endingAt: 45)
      line.right(UInt64(account.frameCount), endingAt: 54)
      line.right(UInt64(account.budgetCount), endingAt: 63)
      say(line)
    }
  }

  private mutating func tellSize(_ name: StaticString, _ bytes: UInt64) {
    var line = TextLine(name)
    line.right(.size(bytes), endingAt: 32)
    say(line)
  }

  // MARK: kill, restart

  /// `kill`.
  mutating func kill(_ words: Words) throws(ShellError) {
    let file = configuration
    guard let config = file.bootConfig else { throw .said("there is no boot configuration") }
    let (index, entry) = try Self.service(1, of: words, config)
    try Self.checkMayEnd(entry)
    guard let process = try records(config).process(index) else {
      throw .said("it does not run")
    }
    do throws(ResultCode) {
      let _: ProcdReply = try ask(ProcdRequest.kill(process), of: Peer.procd)
    } catch {
      if error == .wrongState { throw .said("it does not run") }
      throw .refused("procd", error)
    }
    var line = TextLine()
    line.append(entry.role)
    line.append(" ended; 'restart ")
    line.append(entry.role)
    line.append("' starts it again")
    say(line)
  }

  /// `restart`.
  mutating func restart(_ words: Words) throws(ShellError) {
    let file = configuration
    guard let config = file.bootConfig else { throw .said("there is no boot configuration") }
    let (_, entry) = try Self.service(1, of: words, config)
    try Self.checkMayEnd(entry)
    do throws(ResultCode) {
      let _: ProcdReply = try ask(ProcdRequest.restart(entry.role), of: Peer.procd)
    } catch {
      switch error {
      case .limitReached: throw .said("it was restarted too often; its limit is reached")
      case .wrongState: throw .said("something that it depends on does not run")
      default: throw .refused("procd", error)
      }
    }
    var line = TextLine()
    line.append(entry.role)
    line.append(" restarted")
    say(line)
  }

  /// What the root task made is there for as long as the system is.
  private static func checkMayEnd(_ entry: ServiceEntry) throws(ShellError) {
    guard entry.launchKind != .kernel, entry.launchKind != .rootd else {
      throw .said("it is part of the foundation, which ends only with the system")
    }
  }
}
