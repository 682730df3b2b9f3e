import re,sys,tomllib
p=sys.argv[1]; s=open(p).read()
s=re.sub(r' ?[^\s"]+_x(?![a-z])','',s)
open(p,'w').write(s)
t=tomllib.loads(s)
print([q for ps in t['phrases'].values() for q in ps if len(q.split())<2 or '*' in q.split()[0] or "'" in q])
import collections
c=collections.Counter(w for v in t['words'].values() for w in v.split())
print('twice',[w for w,n in c.items() if n>1],'entries',len(c),sum(map(len,t['phrases'].values())))
for v,ps in t['phrases'].items():
    for q in ps:
        if len(q.replace("'"," ").split())<2:
            s=re.sub(r' ?"%s",?'%re.escape(q),'',s)
            if q!='grande': s=re.sub(r'(\[words\].*?\n%s = """\n)'%re.escape(v), lambda m:m[1]+q+' ',s,count=1,flags=re.S)
open(p,'w').write(s); tomllib.loads(s)
