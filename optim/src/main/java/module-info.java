import org.jspecify.annotations.NullMarked;

/** Update rules and learning-rate schedules. */
@NullMarked
module fathom.optim {
    requires static org.jspecify;
    requires transitive fathom.core;
    requires transitive fathom.nn;

    exports fathom.optim;
    exports fathom.optim.rule;

    uses fathom.optim.Optimizers.Provider;

    provides fathom.optim.Optimizers.Provider with
            fathom.optim.rule.RuleNames;
}
