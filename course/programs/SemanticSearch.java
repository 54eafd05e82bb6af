import module fathom;

/** Vectors of sentences, their similarities, and the search of passages by their meaning. */
void main() throws IOException {
    var encoder = SentenceEncoder.load(SentenceModels.find("bge-small-zh-v1.5", IO::println));
    IO.println(encoder);
    //> SentenceEncoder(BertModel, dimension=512, pooling=cls, normalize=true, maxLength=512)
    var vectors = encoder.encode(List.of("怎样重置密码？", "忘记密码了怎么办？", "今天天气很好。"));
    IO.println(SentenceEncoder.similarity(vectors, vectors));

    String page = """
            # 账户
            在设置页中可以修改密码；忘记时用手机号找回。
            # 菜谱
            番茄切块，鸡蛋打散，先炒鸡蛋再放番茄。
            # 天气
            今天有雨，明天转晴。
            """;
    var passages = MarkdownPassages.split("page.md", page, encoder::tokens, 160);
    var index = PassageIndex.build(encoder, passages);
    index.save(Path.of("index.safetensors"));
    for (var question : List.of("登录不了，记不起口令", "晚饭做什么菜", "要不要带伞")) {
        var best = PassageIndex.load(Path.of("index.safetensors")).search(encoder.encodeQuery(question), 1).getFirst();
        IO.println(question + " => " + best.passage().heading());
    }
    //> 登录不了，记不起口令 => 账户
    //> 晚饭做什么菜 => 菜谱
    //> 要不要带伞 => 天气
}
