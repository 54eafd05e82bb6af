import module fathom;
import static fathom.Tensors.*;

/** One figure of each kind that the course draws, light and dark, as SVG and PNG: into the folder {@code gallery}, or the one that is named. */
void main(String... arguments) throws IOException {
    manualSeed(1);
    var folder = Path.of(arguments.length > 0 ? arguments[0] : "gallery");
    var figures = new LinkedHashMap<String, Plot>();

    // 2.4: a function and its tangent
    var x = arange(0, 3, 0.1);
    figures.put("lines", Plot.lines(x, stack(List.of(x.square().mul(3).sub(x.mul(4)), x.mul(2).sub(3))), "f(x)", "tangent (x = 1)"));
    // 3.2: data and what they were made from
    var features = randn(500);
    var labels = features.mul(-3.4).add(4.2).add(randn(500).mul(0.8));
    figures.put("scatter", Plot.of(a -> a.title("linear regression").xLabel("x").yLabel("y")
            .scatter(features, labels, "examples").function(v -> 4.2 - 3.4 * v, -3, 3, "y = 4.2 − 3.4 x")));
    // 4.4: losses on a logarithmic axis
    figures.put("log", Plot.of(a -> a.title("过拟合 overfitting").xLabel("epoch").yLabel("loss").yLog().xRange(0, 400)
            .function(e -> 6 * Math.exp(-e / 25) + 0.01, 0, 400, "train").function(e -> 8 * Math.exp(-e / 30) + 0.05, 0, 400, "test")
            .annotate("test stays behind", 150, 0.104)));
    // bars, 9.5: histogram of two series, 11.2: panels
    var classes = List.of("t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot");
    figures.put("bars", Plot.of(a -> a.yLabel("accuracy")
            .bars(classes, rand(10).mul(0.2).add(0.78), s -> s.label("train")).bars(classes, rand(10).mul(0.2).add(0.7), s -> s.label("test"))));
    figures.put("histogram", Plot.of(a -> a.xLabel("tokens per sequence").yLabel("count").xRange(0, 30)
            .histogram(randn(5000).mul(3).add(10), "source").histogram(randn(5000).mul(4).add(13), "target")));
    figures.put("panels", Plot.panels(3,
            Plot.of(a -> a.title("0.5 x²").function(v -> 0.5 * v * v, -2, 2, "").function(v -> 0.5 * v + 0.5, -1.5, 1, "")),
            Plot.of(a -> a.title("cos πx").function(v -> Math.cos(Math.PI * v), -2, 2, "").function(v -> -0.4 * v + 0.4, -1.5, 1, "")),
            Plot.of(a -> a.title("exp 0.5x").function(v -> Math.exp(0.5 * v), -2, 2, "").function(v -> 0.6 * v + 1.3, -1.5, 1, ""))));
    // 10.1, 10.7: attention weights; a confusion matrix
    figures.put("heatmap", Plot.heatmap(softmax(randn(10, 10).mul(2).add(eye(10).mul(5)), 1), h -> h.colors(Colormap.REDS).xLabel("keys").yLabel("queries")));
    figures.put("heads", Plot.heatmaps(softmax(randn(2, 4, 6, 10).mul(2), -1), h -> h.colors(Colormap.REDS).xLabel("key positions").yLabel("query positions")
            .titles(List.of("head 1", "head 2", "head 3", "head 4", "head 1", "head 2", "head 3", "head 4"))));
    figures.put("confusion", Plot.heatmap(randint(0, 60, 10, 10).add(eye(10).mul(800).to(INT64)),
            h -> h.numbers().rows(classes).columns(classes).colors(Colormap.BLUES).xLabel("predicted").yLabel("actual")).size(560, 500));
    // 11.3: the way of gradient descent, 11.1: a saddle
    var path = new double[2][20];
    path[0][0] = -5;
    path[1][0] = -2;
    for (int i = 1; i < 20; i++) {
        path[0][i] = path[0][i - 1] * 0.8;
        path[1][i] = path[1][i - 1] * 0.6;
    }
    figures.put("contour", Plot.contour((a, b) -> a * a + 2 * b * b, -5.5, 1, -3, 1, a -> a.path(path[0], path[1], "gradient descent").xLabel("x₁").yLabel("x₂")));
    figures.put("wireframe", Plot.wireframe((a, b) -> a * a - b * b, -1, 1, -1, 1, s -> s.title("saddle point").point(0, 0, 0)));
    figures.put("surface", Plot.wireframe((a, b) -> a * a + 0.5 * Math.cos(2 * Math.PI * b), -1, 1, -1, 1, s -> s.filled()));
    // 3.5: images with their classes, 13.3: boxes, 13.9: a mask
    var squares = arange(28).sub(14).abs();
    var shapes = new ArrayList<Tensor>();
    for (int i = 0; i < 9; i++) {
        shapes.add(maximum(squares.unsqueeze(0), squares.unsqueeze(1)).lt(4 + i).to(FLOAT32).mul(0.4 + 0.06 * i));
    }
    figures.put("images", Plot.images(stack(shapes), o -> o.columns(9).labels(classes.subList(0, 9)).right(true, true, true, true, false, true, true, true, true)));
    var sky = linspace(0.9, 0.3, 120).reshape(1, 120, 1).mul(tensor(0.4, 0.7, 1.0).reshape(3, 1, 1)).expand(3, 120, 160);
    var row = arange(120).unsqueeze(1);
    var column = arange(160).unsqueeze(0);
    var sun = row.sub(40).square().add(column.sub(50).square()).lt(400);
    figures.put("boxes", Plot.image(sky, o -> o.mask(sun).boxes(tensor(new double[] {30, 20, 71, 61, 95, 70, 150, 112}, FLOAT32).reshape(2, 4), "sun=0.98", "field=0.71")));

    for (var figure : figures.entrySet()) {
        figure.getValue().save(folder.resolve(figure.getKey() + ".svg"));
        figure.getValue().scale(2).save(folder.resolve(figure.getKey() + ".png"));
        figure.getValue().theme(Theme.DARK).save(folder.resolve(figure.getKey() + "-dark.svg"));
        figure.getValue().theme(Theme.DARK).scale(2).save(folder.resolve(figure.getKey() + "-dark.png"));
    }
    IO.println(figures.size() + " figures of four files each");       //> 14 figures of four files each
    IO.println(figures.keySet());
}
