#include "io/rows.h"

#include <zlib.h>

#include "io/file_system.h"
#include "io/test_support.h"

namespace qinglan {
namespace {

using namespace std::string_literals;

std::vector<Row> csv(const std::string& text) { return parse_delimited(text, ',', "t.csv"); }
std::vector<Row> jsonl(const std::string& text) { return parse_jsonl(text, "t.jsonl"); }

TEST(Csv, QuotesNewlinesAndLineNumbers) {
  const auto rows = csv("id,text\r\n1,\"a \"\"b\"\", c\r\nsecond line\"\r\n\r\n2, plain \n3,\"\"");
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].fields, Json({{"id", "1"}, {"text", "a \"b\", c\r\nsecond line"}}));
  EXPECT_EQ(rows[0].line, 2u);
  EXPECT_EQ(rows[1].fields.at("text"), " plain ");
  EXPECT_EQ(rows[1].line, 5u);
  EXPECT_EQ(rows[2].fields.at("text"), "");
  EXPECT_EQ(rows[2].line, 6u);
}

TEST(Csv, EdgesOfFields) {
  EXPECT_EQ(csv("a,b\n,\n")[0].fields, Json({{"a", ""}, {"b", ""}}));
  EXPECT_EQ(csv("a,b\nx,")[0].fields, Json({{"a", "x"}, {"b", ""}}));
  EXPECT_EQ(csv("a\nx\"y\"\n")[0].fields.at("a"), "x\"y\"");  // a quote inside an unquoted field
  EXPECT_EQ(csv("a\n\"\"\n")[0].fields.at("a"), "");          // quoted, so not an empty line
  EXPECT_EQ(csv("a\nx\r\n\"y\"\r")[1].fields.at("a"), "y");
  EXPECT_EQ(csv("a\nx\r")[0].fields.at("a"), "x");
  EXPECT_EQ(csv("a\nx\ry\n")[0].fields.at("a"), "x\ry");
  EXPECT_EQ(csv("\xef\xbb\xbf"
                "a\nx\n")[0]
                .fields,
            Json({{"a", "x"}}));
  EXPECT_EQ(csv("\"a,b\"\nx\n")[0].fields, Json({{"a,b", "x"}}));
  EXPECT_EQ(csv("a\nx\0y\n"s)[0].fields.at("a"), "x\0y"s);
  EXPECT_TRUE(csv("a,b\n").empty());
  EXPECT_EQ(parse_delimited("a\tb\nx,1\t\"y\tz\"\n", '\t', "t.tsv")[0].fields,
            Json({{"a", "x,1"}, {"b", "y\tz"}}));
}

TEST(Csv, ErrorsNamePathAndLine) {
  const auto corrupt = [](const std::string& text, const std::vector<std::string>& words) {
    SCOPED_TRACE(text);
    expect_error(ErrorKind::corrupt_data, words, [&] { csv(text); });
  };
  corrupt("", {"t.csv:1", "header"});
  corrupt("\n\n", {"header"});
  corrupt("a,b\n1,2\n3\n", {"t.csv:3", "expected 2", "found 1"});
  corrupt("a,b\n1,2\n\n3,4,5\n", {"t.csv:4", "expected 2", "found 3"});
  corrupt("a,b\n1,\"x\ny\n", {"t.csv:2", "no closing quote"});
  corrupt("a,b\n1,\"x\ny\"z\n", {"t.csv:3", "closing quote"});
  corrupt("a,a\n1,2\n", {"t.csv:1", "'a'"});
  corrupt("a,\n1,2\n", {"t.csv:1", "no name"});
  corrupt(
      "a\nok\nb\xff"
      "d\n",
      {"t.csv:3", "UTF-8"});
}

TEST(Jsonl, KeepsTypesAndLines) {
  const auto rows = jsonl("\xef\xbb\xbf{\"id\":7,\"p\":0.5}\r\n\n  \n{\"text\":\"青\\n\",\"list\":[1]}");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_TRUE(rows[0].fields.at("id").is_number_integer());
  EXPECT_EQ(rows[0].line, 1u);
  EXPECT_EQ(rows[1].fields.at("text"), "青\n");
  EXPECT_EQ(rows[1].line, 4u);
  EXPECT_TRUE(jsonl("").empty());
}

TEST(Jsonl, ErrorsNamePathAndLine) {
  const auto corrupt = [](const std::string& text, const std::vector<std::string>& words) {
    SCOPED_TRACE(text.substr(0, 80));
    expect_error(ErrorKind::corrupt_data, words, [&] { jsonl(text); });
  };
  corrupt("{}\n{\"a\":}\n", {"t.jsonl:2", "not valid JSON"});
  corrupt("{}\n{} {}\n", {"t.jsonl:2", "not valid JSON"});
  corrupt("{}\n{}\0{}\n"s, {"t.jsonl:2", "NUL"});
  corrupt("{}\n[1]\n", {"t.jsonl:2", "an object", "array"});
  corrupt("{\"a\":1,\"a\":2}", {"t.jsonl:1", "'a' twice"});
  corrupt("{}\n{\"a\":\"\xe9\"}", {"t.jsonl:2", "UTF-8"});
  corrupt("{\"a\":\"\\ud800\"}", {"t.jsonl:1", "not valid JSON"});
  corrupt("{}\n{\"a\":1e999}", {"t.jsonl:2"});
  corrupt("{\"a\":" + std::string(1'000'000, '['), {"t.jsonl:1", "nested deeper"});
}

TEST(ReadRows, GoesByTheNameAndUnpacks) {
  const TemporaryFolder folder;
  FileSystem& fs = real_file_system();
  fs.write(folder / "a.jsonl", "{\"x\":1}\n");
  fs.write(folder / "a.csv", "x\n1\n");
  fs.write(folder / "a.tsv", "x\ty\n1\t2\n");
  fs.write(folder / "a.txt", "x");
  EXPECT_EQ(read_rows(folder / "a.jsonl")[0].fields.at("x"), 1);
  EXPECT_EQ(read_rows(folder / "a.csv")[0].fields.at("x"), "1");
  EXPECT_EQ(read_rows(folder / "a.tsv")[0].fields.at("y"), "2");
  expect_error(ErrorKind::unsupported, {"a.txt", ".jsonl"}, [&] { read_rows(folder / "a.txt"); });
  expect_error(ErrorKind::io, {"none.csv", "No such file"}, [&] { read_rows(folder / "none.csv"); });

  const std::string packed = folder / "b.csv.gz";
  gzFile file = gzopen(packed.c_str(), "wb");
  ASSERT_TRUE(file);
  gzputs(file, "x,y\n1,\"2\n\"\n");
  gzclose(file);
  EXPECT_EQ(read_rows(packed)[0].fields.at("y"), "2\n");
  EXPECT_EQ(read_text(packed), "x,y\n1,\"2\n\"\n");
  fs.write(packed, fs.read(packed).substr(0, 20));
  expect_error(ErrorKind::corrupt_data, {"b.csv.gz", "ends too early"}, [&] { read_rows(packed); });

  EXPECT_EQ(read_text(folder / "a.txt", 1), "x");
  expect_error(ErrorKind::corrupt_data, {"larger than allowed"}, [&] { read_text(folder / "a.txt", 0); });
}

TEST(Rows, DamagedTextIsReadOrRefused) {
  const std::string table = "id,text\n1,\"a, \"\"b\"\"\nc\"\n2,plain\n3,\"青\"\n";
  EXPECT_GT(count_refused_mutants(table, 20000, [](const std::string& bad) { csv(bad); }), 5000);
  const std::string lines = "{\"id\":1,\"text\":\"a\"}\n{\"id\":2,\"list\":[1,2,{\"b\":null}]}\n";
  EXPECT_GT(count_refused_mutants(lines, 20000, [](const std::string& bad) { jsonl(bad); }), 5000);
}

}  // namespace
}  // namespace qinglan
