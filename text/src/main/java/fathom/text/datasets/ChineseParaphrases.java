package fathom.text.datasets;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Generated Chinese sentences about two people, companies or places, each with a paraphrase in other words and with a
 * look-alike: nearly the same words, but the roles are exchanged. So the number of common words misleads, and the
 * meaning has to be understood: <em>小王把自行车借给了老李</em> is <em>老李向小王借了自行车</em>, and is not <em>老李把自行车借给了小王</em>.
 *
 * <p>Names and things of the test part do not occur in the training part.
 *
 * @param train the training part
 * @param test the test part
 */
public record ChineseParaphrases(List<Triple> train, List<Triple> test) {
    /** After so many sentences in turn that were there already, no more are looked for. */
    private static final int MOST_REPEATED = 200;

    private static final List<String> SURNAMES =
            List.of("王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "马", "朱", "胡", "林");

    private static final List<String> THINGS =
            List.of(
                    "自行车", "雨伞", "词典", "相机", "吉他", "帐篷", "手套", "电脑", "钢笔", "毛毯", "水壶", "地图", "风筝", "口琴", "闹钟", "望远镜",
                    "围巾", "梯子", "轮椅", "篮球", "画册", "锅", "钟表", "台灯");

    private static final List<String> SKILLS =
            List.of("游泳", "下棋", "书法", "开车", "做饭", "滑雪", "摄影", "编程", "跳舞", "唱歌", "画画", "钓鱼");

    private static final List<String> TIMES = List.of("昨天", "上星期", "今年春天", "去年", "上个月", "星期一");

    private static final List<String> NUMBERS = List.of("两", "三", "四", "五", "六", "七", "八", "九");

    /**
     * A sentence of the grammar: {@code A} and {@code B} are people, {@code X} a thing, {@code S} a skill, {@code N} a
     * number and {@code T} a time. Each line has ways to say the same.
     */
    private static final List<List<String>> RELATIONS =
            List.of(
                    List.of("TA把X借给了B", "TB向A借了X", "T借X给B的人是A", "B手上的X是T从A那里借来的"),
                    List.of("TA把X卖给了B", "TB从A手里买下了X", "TB花钱买走了A的X"),
                    List.of("TA送了X给B", "TB收到了A送的X", "B的X是AT送的礼物"),
                    List.of("TA教会了BS", "TB跟着A学会了S", "BT学S的老师是A"),
                    List.of("A比B大N岁", "B比A小N岁", "B要再过N年才有A现在的年纪"),
                    List.of("TA在S比赛中赢了B", "TB在S比赛中输给了A", "TB的S比赛败在A手下"),
                    List.of("A欠BN百元", "B借给过AN百元，A还没有还", "A该还给BN百元"),
                    List.of("TA请B吃了饭", "TB吃饭是A付的钱", "T那顿饭是A做东，客人是B"),
                    List.of("TA批评了B", "TB受到了A的批评", "T挨了A一顿批评的是B"),
                    List.of("A是B的上司", "B是A的下属", "B在A的手下工作"));

    /** Makes the lists unmodifiable. */
    public ChineseParaphrases {
        train = List.copyOf(train);
        test = List.copyOf(test);
    }

    /**
     * A sentence with one that means the same, and one that has nearly the same words.
     *
     * @param sentence the sentence
     * @param paraphrase the same in other words
     * @param lookAlike the sentence with another detail, or with exchanged roles
     * @param isExchange whether roles are exchanged
     */
    public record Triple(String sentence, String paraphrase, String lookAlike, boolean isExchange) {}

    /**
     * {@return generated sentences; the same seed gives the same}
     *
     * @param train the number of training examples
     * @param test the number of test examples
     * @throws IllegalArgumentException if there are not so many different sentences
     */
    public static ChineseParaphrases generate(long seed, int train, int test) {
        var random = new Random(seed);
        var half = new Grammar[2];
        List<List<String>> lists = new ArrayList<>();
        for (List<String> words : List.of(SURNAMES, THINGS, SKILLS)) {
            var shuffled = new ArrayList<>(words);
            Collections.shuffle(shuffled, random);
            lists.add(shuffled);
        }
        for (int part = 0; part < 2; part++) {
            int p = part;
            List<List<String>> own =
                    lists.stream().map(l -> l.subList(p * l.size() / 2, (p + 1) * l.size() / 2)).toList();
            half[part] = new Grammar(own.get(0), own.get(1), own.get(2), random);
        }
        return new ChineseParaphrases(half[0].triples(train), half[1].triples(test));
    }

    private record Grammar(List<String> surnames, List<String> things, List<String> skills, Random random) {
        List<Triple> triples(int n) {
            int repeated = 0;
            Set<String> seen = new LinkedHashSet<>();
            var all = new ArrayList<Triple>();
            while (all.size() < n) {
                if (repeated == MOST_REPEATED) {
                    throw new IllegalArgumentException(
                            String.format(
                                    Locale.ROOT,
                                    "ChineseParaphrases: the grammar has about %d different sentences, not %d",
                                    all.size(),
                                    n));
                }
                Triple t = triple();
                repeated++;
                if (seen.add(t.sentence()) && seen.add(t.paraphrase()) && seen.add(t.lookAlike())) {
                    all.add(t);
                    repeated = 0;
                }
            }
            return List.copyOf(all);
        }

        private Triple triple() {
            var forms = new ArrayList<>(pick(RELATIONS));
            Collections.shuffle(forms, random);
            String a = person();
            String b = person();
            while (b.equals(a)) {
                b = person();
            }
            var words = new HashMap<Character, String>();
            words.put('A', a);
            words.put('B', b);
            words.put('X', pick(things));
            words.put('S', pick(skills));
            words.put('N', pick(NUMBERS));
            words.put('T', pick(TIMES));
            var others = new HashMap<>(words);
            boolean isExchange = random.nextInt(3) == 0;
            if (isExchange) {
                others.put('A', b);
                others.put('B', a);
            } else {
                char changed = pick(details(forms.get(0)));
                String other = words.get(changed);
                while (others.containsValue(other)) {
                    other =
                            switch (changed) {
                                case 'X' -> pick(things);
                                case 'S' -> pick(skills);
                                case 'N' -> pick(NUMBERS);
                                case 'T' -> pick(TIMES);
                                default -> person();
                            };
                }
                others.put(changed, other);
            }
            return new Triple(
                    say(forms.get(0), words), say(forms.get(1), words), say(forms.get(0), others), isExchange);
        }

        private static List<Character> details(String form) {
            return "ABXSNT".chars().filter(c -> form.indexOf(c) >= 0).mapToObj(c -> (char) c).toList();
        }

        private String person() {
            String surname = pick(surnames);
            return switch (random.nextInt(4)) {
                case 0 -> "小" + surname;
                case 1 -> "老" + surname;
                case 2 -> surname + "先生";
                default -> surname + "女士";
            };
        }

        private <T> T pick(List<T> list) {
            return list.get(random.nextInt(list.size()));
        }

        private static String say(String form, Map<Character, String> words) {
            var out = new StringBuilder();
            form.chars().forEach(c -> out.append(words.getOrDefault((char) c, Character.toString((char) c))));
            return out.append('。').toString();
        }
    }
}
