package fathom.text.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Single parts of a tokenizer.json, each judged by Hugging Face's library by ids, spans and decoded texts. */
class ComponentsTest {
    private static final String WORDS =
            "{'type':'WordLevel','vocab':{'[UNK]':0,'the':1,'▁the':2,'▁':3,'.':4,'a':5,'1':6},'unk_token':'[UNK]'}";
    private static final String NO_SPECIAL = "[]";

    @TempDir Path folder;

    @BeforeAll
    static void staysHere() {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
    }

    private static String json(
            String added, String normalizer, String preTokenizer, String postProcessor, String decoder, String model) {
        return "{'version':'1.0','truncation':null,'padding':null,'added_tokens':%s,'normalizer':%s,'pre_tokenizer':%s,'post_processor':%s,'decoder':%s,'model':%s}"
                .formatted(added, normalizer, preTokenizer, postProcessor, decoder, model)
                .replace('\'', '"')
                .replace("\u2032", "'");
    }

    private void judge(String json, List<String> lines, boolean spansToo) throws IOException {
        Tokenizer ours = Tokenizer.parse(json);
        Path file = Files.writeString(folder.resolve("tokenizer.json"), json);
        var options = Map.of("truncation", "false", "padding", "false");
        try (HuggingFaceTokenizer theirs = HuggingFaceTokenizer.newInstance(file, options)) {
            for (String line : lines) {
                var expected = theirs.encode(line);
                Encoding actual = ours.encode(line);
                assertThat(actual.ids()).as("'%s'", line).isEqualTo(expected.getIds());
                assertThat(ours.decode(actual.ids()))
                        .as("'%s'", line)
                        .isEqualTo(theirs.decode(expected.getIds(), true));
                if (spansToo) {
                    assertThat(spans(actual, line)).as("'%s'", line).isEqualTo(spans(expected.getCharTokenSpans()));
                }
            }
        }
    }

    private static List<String> spans(CharSpan[] spans) {
        var all = new ArrayList<String>();
        for (CharSpan s : spans) {
            all.add(s == null ? "none" : s.getStart() + "-" + s.getEnd());
        }
        return all;
    }

    private static List<String> spans(Encoding encoding, String line) {
        var all = new ArrayList<String>();
        for (int i = 0; i < encoding.length(); i++) {
            var s = encoding.span(i);
            all.add(
                    encoding.sequence(i) < 0
                            ? "none"
                            : line.codePointCount(0, s.start()) + "-" + line.codePointCount(0, s.end()));
        }
        return all;
    }

    private static List<String> lines() {
        var lines = new ArrayList<>(MixedText.lines(99, 60));
        lines.addAll(
                List.of("", " ", "a", "..a..b. c", "the  the.the", "12a34 ½ⅧA", "A-b--C", " lead", "trail ", "\t\n"));
        return lines;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{'type':'Whitespace'}",
                "{'type':'WhitespaceSplit'}",
                "{'type':'BertPreTokenizer'}",
                "{'type':'Punctuation','behavior':'Isolated'}",
                "{'type':'Punctuation','behavior':'Contiguous'}",
                "{'type':'Punctuation','behavior':'MergedWithPrevious'}",
                "{'type':'Punctuation','behavior':'MergedWithNext'}",
                "{'type':'Punctuation','behavior':'Removed'}",
                "{'type':'Digits','individual_digits':true}",
                "{'type':'Digits','individual_digits':false}",
                "{'type':'Split','pattern':{'String':'.'},'behavior':'MergedWithNext','invert':false}",
                "{'type':'Split','pattern':{'Regex':'[a-z]+|\\\\p{Han}|\\\\d'},'behavior':'Isolated','invert':false}",
                "{'type':'Split','pattern':{'Regex':'\\\\w+|\\\\P{L}'},'behavior':'Removed','invert':true}",
                "{'type':'Split','pattern':{'Regex':'\\\\s'},'behavior':'Contiguous','invert':true}",
                "{'type':'CharDelimiterSplit','delimiter':'a'}",
                "{'type':'Metaspace','replacement':'▁','prepend_scheme':'always','split':true}",
                "{'type':'Metaspace','replacement':'▁','prepend_scheme':'first','split':true}",
                "{'type':'Metaspace','replacement':'▁','prepend_scheme':'never','split':false}",
                "{'type':'ByteLevel','add_prefix_space':true,'trim_offsets':true,'use_regex':true}",
                "{'type':'Sequence','pretokenizers':[{'type':'WhitespaceSplit'},{'type':'Digits','individual_digits':true},{'type':'Punctuation','behavior':'Isolated'}]}"
            })
    void preTokenizers(String preTokenizer) throws IOException {
        judge(json(NO_SPECIAL, "null", preTokenizer, "null", "null", WORDS), lines(), true);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{'type':'Lowercase'}",
                "{'type':'NFC'}",
                "{'type':'NFD'}",
                "{'type':'NFKC'}",
                "{'type':'NFKD'}",
                "{'type':'Sequence','normalizers':[{'type':'NFD'},{'type':'StripAccents'}]}",
                "{'type':'Strip','strip_left':true,'strip_right':false}",
                "{'type':'Strip','strip_left':true,'strip_right':true}",
                "{'type':'Prepend','prepend':'▁'}",
                "{'type':'Replace','pattern':{'String':' '},'content':'▁'}",
                "{'type':'Replace','pattern':{'Regex':'[aeiou]+'},'content':'$1'}",
                "{'type':'Replace','pattern':{'Regex':'\\\\s+'},'content':''}",
                "{'type':'ByteLevel'}",
                "{'type':'BertNormalizer','clean_text':false,'handle_chinese_chars':false,'strip_accents':true,'lowercase':false}",
                "{'type':'BertNormalizer','clean_text':true,'handle_chinese_chars':true,'strip_accents':false,'lowercase':true}"
            })
    void normalizers(String normalizer) throws IOException {
        // a model that shows each character of the normalised text
        String bpe =
                "{'type':'BPE','vocab':{%s},'merges':[],'unk_token':'?','byte_fallback':true}".formatted(characters());
        judge(json(NO_SPECIAL, normalizer, "null", "null", "null", bpe), lines(), false);
    }

    private static String characters() {
        var vocabulary = new StringBuilder("'?':0");
        for (int b = 0; b < 256; b++) {
            vocabulary.append(
                    ",'<0x%s>':%s"
                            .formatted(Integer.toHexString(0x100 + b).substring(1).toUpperCase(Locale.ROOT), b + 1));
        }
        return vocabulary.toString();
    }

    @Test
    void addedTokensTakeSpacesAndWords() throws IOException {
        String added =
                """
                [{'id':7,'content':'<m>','single_word':false,'lstrip':true,'rstrip':false,'normalized':false,'special':true},
                 {'id':8,'content':'<r>','single_word':false,'lstrip':false,'rstrip':true,'normalized':false,'special':true},
                 {'id':9,'content':'word','single_word':true,'lstrip':false,'rstrip':false,'normalized':false,'special':false},
                 {'id':10,'content':'Upper','single_word':false,'lstrip':false,'rstrip':false,'normalized':true,'special':false},
                 {'id':11,'content':'<m><m>','single_word':false,'lstrip':false,'rstrip':false,'normalized':false,'special':true},
                 {'id':1,'content':'the','single_word':false,'lstrip':true,'rstrip':true,'normalized':false,'special':false}]
                """;
        var lines =
                List.of(
                        "a <m> b",
                        "a  <r>  b<r>",
                        "<m><m><m>",
                        "word words sword word.",
                        "upper UPPER xUpperx",
                        "  the  the ",
                        "<r> <m> <r>",
                        "字word字 éword",
                        "<m>",
                        " <m> ");
        String pre = "{'type':'WhitespaceSplit'}";
        judge(json(added, "{'type':'Lowercase'}", pre, "null", "null", WORDS), lines, true);
        judge(json(added, "null", "null", "null", "{'type':'Fuse'}", WORDS), lines, true);
    }

    @Test
    void bpeOfOtherKinds() throws IOException {
        String vocabulary =
                "'<unk>':0,'a':1,'b':2,'ab':3,'##a':4,'##b':5,'a##b':6,'b</w>':7,'ab</w>':8,'a</w>':9,'##b</w>':10,'##ab':11,'aba':12,'ba':13";
        var lines = List.of("", "ab", "abab", "aab b", "xabx", "xxaxx", "ba ab", "aba", "baba ab xx yx");
        String pre = "{'type':'WhitespaceSplit'}";
        for (boolean fuse : new boolean[] {true, false}) {
            String model =
                    "{'type':'BPE','vocab':{%s},'merges':['a b','b a'],'unk_token':'<unk>','fuse_unk':%s}"
                            .formatted(vocabulary, fuse);
            judge(json(NO_SPECIAL, "null", pre, "null", "null", model), lines, true);
            String suffixed =
                    "{'type':'BPE','vocab':{%s},'merges':[['a','b</w>']],'unk_token':'<unk>','fuse_unk':%s,'end_of_word_suffix':'</w>'}"
                            .formatted(vocabulary, fuse);
            judge(
                    json(NO_SPECIAL, "null", pre, "null", "{'type':'BPEDecoder','suffix':'</w>'}", suffixed),
                    lines,
                    true);
        }
        String prefixed =
                "{'type':'BPE','vocab':{%s},'merges':['##a ##b','a ##b'],'unk_token':'<unk>','continuing_subword_prefix':'##'}"
                        .formatted(vocabulary.replace("a##b", "aXb"));
        judge(
                json(NO_SPECIAL, "null", pre, "null", "{'type':'WordPiece','prefix':'##','cleanup':true}", prefixed),
                lines,
                true);
        String without = "{'type':'BPE','vocab':{%s},'merges':['a b']}".formatted(vocabulary);
        // characters without a token are left out; the judge's spans then are of what is left
        judge(json(NO_SPECIAL, "null", pre, "null", "null", without), lines, false);
        String whole = "{'type':'BPE','vocab':{%s},'merges':['a b'],'ignore_merges':true}".formatted(vocabulary);
        judge(json(NO_SPECIAL, "null", pre, "null", "null", whole), lines, false);
    }

    @Test
    void unigramFindsTheBestSegmentation() throws IOException {
        String vocabulary =
                "['<unk>',0],['▁',-2.1],['a',-3],['b',-3.2],['ab',-4],['▁a',-3.5],['abc',-9],['c',-3.3],['▁the',-2.5],['bc',-4.5],['的',-5]";
        String pre = "{'type':'Metaspace','replacement':'▁','prepend_scheme':'always','split':true}";
        String decoder = "{'type':'Metaspace','replacement':'▁','prepend_scheme':'always','split':true}";
        var lines = List.of("", "abc", "ab the abcabc", "xy a", "的字的", "👍👍a", "the thethe", "a  b");
        String model = "{'type':'Unigram','unk_id':0,'vocab':[%s],'byte_fallback':false}".formatted(vocabulary);
        judge(json(NO_SPECIAL, "null", pre, "null", decoder, model), lines, true);
        var bytes = new StringBuilder(vocabulary);
        for (int b = 0; b < 256; b++) {
            bytes.append(
                    ",['<0x%s>',-9]".formatted(Integer.toHexString(0x100 + b).substring(1).toUpperCase(Locale.ROOT)));
        }
        String fallback = "{'type':'Unigram','unk_id':0,'vocab':[%s],'byte_fallback':true}".formatted(bytes);
        String decoders =
                "{'type':'Sequence','decoders':[{'type':'Replace','pattern':{'String':'▁'},'content':' '},{'type':'ByteFallback'},{'type':'Fuse'},{'type':'Strip','content':' ','start':1,'stop':0}]}";
        judge(json(NO_SPECIAL, "null", pre, "null", decoders, fallback), lines, false);
    }

    @Test
    void postProcessorsOfPairs() throws IOException {
        var processors =
                List.of(
                        "null",
                        "{'type':'BertProcessing','sep':['.',4],'cls':['a',5]}",
                        "{'type':'RobertaProcessing','sep':['.',4],'cls':['a',5],'trim_offsets':true,'add_prefix_space':false}",
                        "{'type':'Sequence','processors':[{'type':'ByteLevel','add_prefix_space':true,'trim_offsets':false,'use_regex':true},{'type':'BertProcessing','sep':['.',4],'cls':['a',5]}]}");
        for (String processor : processors) {
            String json = json(NO_SPECIAL, "null", "{'type':'Whitespace'}", processor, "null", WORDS);
            Tokenizer ours = Tokenizer.parse(json);
            Path file = Files.writeString(folder.resolve("pair.json"), json);
            try (HuggingFaceTokenizer theirs =
                    HuggingFaceTokenizer.newInstance(file, Map.of("truncation", "false", "padding", "false"))) {
                for (boolean special : new boolean[] {true, false}) {
                    var expected = theirs.encode("the a the", "1 the", special, false);
                    var actual = ours.encode("the a the", "1 the", o -> o.addSpecialTokens(special));
                    assertThat(actual.ids()).as(processor).isEqualTo(expected.getIds());
                    assertThat(actual.typeIds()).as(processor).isEqualTo(expected.getTypeIds());
                    assertThat(ours.encode("the", o -> o.addSpecialTokens(special)).ids())
                            .isEqualTo(theirs.encode("the", special, false).getIds());
                }
            }
        }
    }

    @Test
    void whatIsNotSupportedIsNamed() {
        String unknown = json(NO_SPECIAL, "{'type':'Nmt'}", "null", "null", "null", WORDS);
        assertThatThrownBy(() -> Tokenizer.parse(unknown))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the normalizer 'Nmt' is not supported; supported: Sequence, BertNormalizer");
        assertThatThrownBy(() -> Tokenizer.parse("{")).hasMessageContaining("not JSON");
        assertThatThrownBy(() -> Tokenizer.parse("{}")).hasMessageContaining("there is no object 'model'");
        String merge = "{'type':'BPE','vocab':{'a':0,'b':1},'merges':['a b']}";
        assertThatThrownBy(() -> Tokenizer.parse(json(NO_SPECIAL, "null", "null", "null", "null", merge)))
                .hasMessageContaining("does not have the token 'ab' of merge 0");
        String broken = "{'type':'BPE','vocab':{'a':0,'b':1},'merges':['ab']}";
        assertThatThrownBy(() -> Tokenizer.parse(json(NO_SPECIAL, "null", "null", "null", "null", broken)))
                .hasMessageContaining("merge 0 is not a pair of tokens: 'ab'");
        String regex = "{'type':'Split','pattern':{'Regex':'(?~a)'},'behavior':'Isolated'}";
        assertThatThrownBy(() -> Tokenizer.parse(json(NO_SPECIAL, "null", regex, "null", "null", WORDS)))
                .hasMessageContaining("the regular expression '(?~a)' is not supported");
    }
}
