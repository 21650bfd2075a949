import Testing
@Suite struct FirstTests { @Test func x() {} }
