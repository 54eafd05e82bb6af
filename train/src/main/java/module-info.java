import org.jspecify.annotations.NullMarked;

/** The trainer, with metrics, callbacks, checkpoints, progress display and plots. */
@NullMarked
module fathom.train {
    requires static org.jspecify;
    requires transitive fathom.core;
    requires transitive fathom.data;
    requires transitive fathom.distributed;
    requires transitive fathom.nn;
    requires transitive fathom.optim;
    requires transitive fathom.plot;
    requires dflib;
    requires jdk.unsupported; // sun.misc.Signal
    requires me.tongfei.progressbar;
    requires tools.jackson.databind;

    exports fathom.train;
    exports fathom.train.callback;
    exports fathom.train.display;
    exports fathom.train.metric;
    exports fathom.train.recipe;
    exports fathom.train.search;
    exports fathom.train.table;

    opens fathom.train to
            tools.jackson.databind;
    opens fathom.train.table to
            fathom.nn;

    uses fathom.train.recipe.Recipe;
    uses fathom.train.recipe.RecipeProvider;

    provides fathom.train.recipe.Recipe with
            fathom.train.recipe.LinearRegression,
            fathom.train.table.TableRecipe;
}
