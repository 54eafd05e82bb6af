package fathom.text.tokenizers;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Generates lines of mixed Chinese, English, emoji, code and broken text; the same for a seed. */
final class MixedText {
    private static final String[] ENGLISH =
            ("the of and a to in is you that it he was for on are as with his they I at be this have from or one had by "
                            + "word but not what all were we when your can said there use an each which she do how their if "
                            + "don't I'll we've it's THEY'RE can't Time Traveller machine learning transformer tokenization "
                            + "naïve café résumé Ünïcödé straße Ångström İstanbul ΣΊΣΥΦΟΣ привет МОСКВА שלום مرحبا हिन्दी ไทย "
                            + "한국어 テスト ﬁne ½ x² ① Ⅷ internationalization antidisestablishmentarianism")
                    .split(" ");
    private static final String CHINESE =
            "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运𠀀𪚥龘々〇";
    private static final String[] EMOJI = {
        "👍", "😀", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇨🇳", "❤️", "👍🏽", "✨", "☃", "⌘", "𝓗𝓮𝓵𝓵𝓸", "🀄"
    };
    private static final String[] CODE = {
        "for (int i = 0; i < n; i++) {",
        "    return x -> x * 2;",
        "\tdef f(self, **kwargs):",
        "if (a != b && c >= 1e-5) { // TODO",
        "System.out.println(\"Hello,\\tworld\\n\");",
        "SELECT * FROM t WHERE id=42;",
        "https://example.org/a?b=c&d=%20#frag",
        "user_name@mail.example.com",
        "{\"key\": [1, 2.5, null]}",
        "0x7fff_ffff 1_000_000 3.14159 123456789",
        "<div class='a'>&amp;</div>",
        "$x^2 + y_{i}$ ~> a/b\\c | d"
    };
    private static final String[] BROKEN = {
        "\u0000",
        "\uFFFD",
        "\u200B",
        "\u200D",
        "\uFEFF",
        "\u00AD",
        "e\u0301",
        "\u0301\u0302",
        "\u1100\u1161\u11A8",
        "\uE000",
        "\u0007",
        "\u001B[31m",
        "\u2028",
        "\u0085",
        "\u00A0",
        "\u3000",
        "\u202F",
        "\u2009",
        "\r\n",
        "\r",
        "\n\n",
        "\t\t",
        "   ",
        "Ã©â€™",
        "\uD83D\uDE00\uFE0E",
        "ſ",
        "'ſ",
        "’s",
        "'S",
        "▁",
        "##",
        "Ġ",
        "<0x41>",
        "<s>",
        "</s>",
        "[CLS]",
        "[MASK]",
        "<|endoftext|>",
        "<|im_start|>",
        "<unk>",
        "[UNK]",
        "Ǆ",
        "ŉ",
        "ﷺ",
        "が",
        "か\u3099",
        "Å",
        "\u212B",
        "Ω"
    };
    private static final String[] MARKS = {
        ".", ",", "!", "?", "...", "——", "。", "，", "！", "？", "、", "：", "；", "“", "”", "（", "）", "《", "》", "-", "--",
                "'",
        "\"", "(", ")", "[", "]", "*", "_", "~", "`", "$", "€", "￥", "%", "+", "=", "<", ">", "|", "^", "¿", "·", "…"
    };

    private MixedText() {}

    static List<String> lines(long seed, int n) {
        var random = new SplittableRandom(seed);
        var lines = new ArrayList<String>(n);
        for (int i = 0; i < n; i++) {
            lines.add(line(random));
        }
        return lines;
    }

    private static String pick(String[] from, SplittableRandom random) {
        return from[random.nextInt(from.length)];
    }

    private static String line(SplittableRandom random) {
        var s = new StringBuilder();
        int parts = random.nextInt(14);
        int style = random.nextInt(6);
        for (int i = 0; i < parts; i++) {
            // a line is mostly of one style
            int kind = random.nextInt(3) > 0 ? style : random.nextInt(6);
            switch (kind) {
                case 0 -> s.append(pick(ENGLISH, random)).append(random.nextInt(8) == 0 ? "  " : " ");
                case 1 -> chinese(s, random);
                case 2 -> s.append(pick(EMOJI, random));
                case 3 -> s.append(pick(CODE, random)).append(random.nextBoolean() ? "\n" : " ");
                case 4 -> s.append(pick(BROKEN, random)).append(random.nextInt(3) == 0 ? " " : "");
                default -> s.append(random.nextInt(100_000)).append(random.nextBoolean() ? "年" : "th ");
            }
            if (random.nextInt(3) == 0) {
                s.append(pick(MARKS, random)).append(random.nextBoolean() ? " " : "");
            }
        }
        return s.toString();
    }

    private static void chinese(StringBuilder s, SplittableRandom random) {
        int[] all = CHINESE.codePoints().toArray();
        int n = 1 + random.nextInt(8);
        for (int k = 0; k < n; k++) {
            // frequent ones are at the beginning
            int i = (int) (all.length * random.nextDouble() * random.nextDouble());
            s.appendCodePoint(all[i]);
        }
    }
}
